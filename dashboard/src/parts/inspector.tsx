// One object: its figures, its fields, who refers to it, and the shortest way from the roots to it.

import { useEffect, useRef } from 'preact/hooks';
import { useResource } from '../api/resource';
import type { NodeDetail, NodeRow } from '../api/types';
import { bytes, distance } from '../format';
import { href, refine } from '../route';
import { nameOf } from './node';
import { Source } from './source';
import { Show } from './status';
import { Figure } from './text';
import { Trace } from './trace';
import { Tree } from './tree';

interface Props {
  snapshot: string;
  index: number;
  onSelect?: (node: NodeRow) => void;
}

export function Inspector({ snapshot, index, onSelect = (node) => refine({ node: node.index }) }: Props) {
  const base = `explore/${encodeURIComponent(snapshot)}/nodes`;
  const pane = useRef<HTMLElement>(null);
  // On a small screen it is below the table it was opened from.
  useEffect(() => {
    if (matchMedia('(max-width: 1080px)').matches) pane.current?.scrollIntoView({ block: 'start' });
    else pane.current?.scrollTo({ top: 0 });
  }, [index]);
  const detail = useResource<NodeDetail>(`${base}/${index}`);
  return (
    <aside class="inspector" aria-label="Object" ref={pane}>
      <Show of={detail} what="Looking into the object">
        {(node) => (
          <>
            <header>
              <h2>
                <span class="node-class">{nameOf(node)}</span> <span class="node-id">@{node.id}</span>
              </h2>
              <button type="button" class="close" aria-label="Close the object" onClick={() => refine({ node: null })}>
                ×
              </button>
            </header>
            {node.preview !== undefined && node.preview !== '' && <p class="preview block">{node.preview}</p>}
            <dl class="figures small">
              <Figure label="Own size" value={bytes(node.selfSize)} />
              <Figure label="Retained" value={bytes(node.retainedSize)} />
              <Figure label="Distance" value={distance(node.distance)} />
              <Figure label="Type" value={node.type} />
            </dl>
            <h3>Shortest way from the roots</h3>
            {node.path.length === 0 ? <p class="muted">Nothing reaches it.</p> : <Trace path={node.path} />}
            <h3>
              Referred to by <small class="muted">retainers</small>
            </h3>
            <Tree label={`Retainers of @${node.id}`} root={index} branches={(of) => `${base}/${of}/retainers`} onOpen={onSelect} />
            <h3>
              Refers to <small class="muted">fields and internal references</small>
            </h3>
            <Tree label={`References of @${node.id}`} root={index} branches={(of) => `${base}/${of}/children`} onOpen={onSelect} />
            {node.dominator !== null && (
              <p>
                Goes when{' '}
                <button type="button" class="link" onClick={() => node.dominator !== null && onSelect(node.dominator)}>
                  <code>
                    {node.dominator.className} @{node.dominator.id}
                  </code>
                </button>{' '}
                goes (its dominator). <a class="inline" href={href(['snapshots', snapshot, 'dominators'], { root: node.dominator.index, node: index })}>Show among the dominators</a>
              </p>
            )}
            {node.location !== undefined && !node.location.file.startsWith('script ') && (
              <>
                <h3>In the source</h3>
                <Source at={node.location} title={node.className} />
              </>
            )}
          </>
        )}
      </Show>
    </aside>
  );
}
