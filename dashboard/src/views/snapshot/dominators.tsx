import { query } from '../../api/client';
import { useResource } from '../../api/resource';
import type { DominatorTree, NodeDetail } from '../../api/types';
import { DominatorChart } from '../../charts/treemap';
import { bytes } from '../../format';
import { Show } from '../../parts/status';
import { refine, route } from '../../route';

const DEPTH = { treemap: 3, icicle: 4 };

/** The dominator tree from one object down, with the way back up. */
export function Dominators({ base }: { base: string }) {
  const { query: where } = route.value;
  const root = where.get('root') ?? '0';
  const shape = where.get('shape') === 'icicle' ? 'icicle' : 'treemap';
  const tree = useResource<DominatorTree>(`${base}/dominators${query({ root, depth: DEPTH[shape], limit: 400 })}`);
  return (
    <>
      <div class="tools">
        <div class="choices" role="group" aria-label="Shape">
          {(['treemap', 'icicle'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={shape === one} onClick={() => refine({ shape: one })}>
              {one}
            </button>
          ))}
        </div>
        {root !== '0' && <Up base={base} root={root} />}
        <p class="muted">Each box is an object and what would be freed with it. A click makes it the whole view.</p>
      </div>
      <Show of={tree} what="Reading the dominator tree">
        {(known) => (
          <>
            <DominatorChart
              tree={known}
              shape={shape}
              onZoom={(node) => refine({ root: node.index })}
              onSelect={(node) => refine({ node: node.index })}
            />
            <ul class="legend boxes">
              {['object', 'collection', 'string', 'code', 'native', 'system'].map((kind) => (
                <li key={kind} class={`kind-${kind}`}>
                  {kind}
                </li>
              ))}
              <li class="muted">
                this view: {bytes(known.retained)}
              </li>
            </ul>
          </>
        )}
      </Show>
    </>
  );
}

function Up({ base, root }: { base: string; root: string }) {
  const detail = useResource<NodeDetail>(`${base}/nodes/${encodeURIComponent(root)}`).value;
  const node = detail.state === 'ready' ? detail.value : null;
  return (
    <div class="choices">
      <button type="button" onClick={() => refine({ root: null })}>
        Whole heap
      </button>
      <button type="button" disabled={node === null || node.dominator === null} onClick={() => refine({ root: node?.dominator?.index })}>
        Up
      </button>
      <button type="button" disabled={node === null} onClick={() => refine({ node: root })}>
        Inspect {node === null ? '' : `${node.className} @${node.id}`}
      </button>
    </div>
  );
}
