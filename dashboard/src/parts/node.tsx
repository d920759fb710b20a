// One object of a snapshot in a line: its class, its id, and a look inside.

import type { NodeRow } from '../api/types';
import { Prose } from './text';

/** What an object is called; the roots have no class, but names. */
export function nameOf({ type, name, className, index }: NodeRow): string {
  if (index === 0) return 'whole heap';
  if (type === 'closure') return `${name || '(anonymous)'}()`;
  return (type === 'synthetic' ? name : className) || name || `(${type})`;
}

export function NodeName({ node }: { node: NodeRow }) {
  return (
    <span class="node">
      <span class={`node-class ${node.type}`}>{nameOf(node)}</span>
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
