// One object of a snapshot in a line: its class, its id, and a look inside.

import type { NodeRow } from '../api/types';
import { Prose } from './text';

export function NodeName({ node }: { node: NodeRow }) {
  return (
    <span class="node">
      <span class={`node-class ${node.type}`}>{node.className || node.name || `(${node.type})`}</span>
      <span class="node-id">@{node.id}</span>
      {node.detachedness === 2 && <span class="tag leak">detached</span>}
      {node.preview !== undefined && node.preview !== '' && <span class="preview">{node.preview}</span>}
    </span>
  );
}

/** A class name that may be empty, as V8 leaves some. */
export function ClassName({ name }: { name: string }) {
  return <span class="node-class">{name === '' ? '(no name)' : <Prose text={name} />}</span>;
}
