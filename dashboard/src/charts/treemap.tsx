// Who dominates the heap: each box is an object, as large as what would be freed with it. As a treemap, what is big;
// as an icicle, what is in what. Enter or a click on a box makes it the whole.

import { hierarchy, partition, treemap, type HierarchyRectangularNode } from 'd3-hierarchy';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DominatorTree, NodeRow } from '../api/types';
import { bytes, percent } from '../format';
import { nameOf } from '../parts/node';

interface Props {
  tree: DominatorTree;
  shape: 'treemap' | 'icicle';
  onZoom: (node: NodeRow) => void;
  onSelect: (node: NodeRow) => void;
}

interface Box {
  node: NodeRow | null;
  name: string;
  value: number;
  children: Box[];
}

const HEADING = 18;
/** Width of a letter of a label, on the average, and the letters of a name that tell something, also where it goes upwards. */
const [LETTER, BEGINNING, BEGINNING_UP] = [6.4, 8, 6];
/** Height of a level of the icicle. */
const LEVEL = 56;

export function DominatorChart({ tree, shape, onZoom, onSelect }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const resize = new ResizeObserver(() => setWidth(current.clientWidth));
    resize.observe(current);
    return () => resize.disconnect();
  }, []);

  const height = shape === 'icicle' ? (levels(tree) + 1) * LEVEL : width < 600 ? 420 : 520;
  const boxes = width === 0 ? [] : layOut(tree, shape, width, height);
  return (
    <div class={`dominators ${shape}`} ref={frame} style={{ height: `${height}px` }} role="group" aria-label="Dominator tree by retained size">
      {boxes.map(({ data, x0, y0, x1, y1, depth }, i) => {
        const [w, h] = [x1 - x0, y1 - y0];
        const text = `${data.name}, ${bytes(data.value)}, ${percent(data.value / (tree.retained || 1))} of this view`;
        const style = { left: `${x0}px`, top: `${y0}px`, width: `${w}px`, height: `${h}px` };
        const label = legible(data, w, h);
        const { node } = data;
        if (node === null) {
          return (
            <div key={i} class="box rest" style={style} title={text}>
              {label}
            </div>
          );
        }
        return (
          <button
            key={i}
            type="button"
            class={`box kind-${kind(node)} depth-${depth % 4}`}
            style={style}
            title={text}
            aria-label={text}
            // One box a level is enough to walk through by Tab; the table of classes has them all.
            tabIndex={w * h > 1800 ? 0 : -1}
            onClick={() => (depth === 0 ? onSelect(node) : onZoom(node))}
            onContextMenu={(event) => {
              event.preventDefault();
              onSelect(node);
            }}
          >
            {label}
          </button>
        );
      })}
    </div>
  );
}

/** Of the name and the size what can be read; a name may end in dots where there is room for its beginning. */
function legible({ node, name, value }: Box, width: number, height: number) {
  const size = bytes(value);
  const columns = Math.floor((width - 8) / LETTER);
  if (height <= 13 || columns < Math.min(name.length, BEGINNING)) {
    // A column of the icicle, whose name goes upwards.
    const rows = Math.floor((height - 6) / LETTER);
    return node !== null && width >= 14 && rows >= Math.min(name.length, BEGINNING_UP) ? <span class="box-label upwards">{name}</span> : null;
  }
  return (
    <span class="box-label">
      {name} {columns > name.length + size.length && <span class="box-size">{size}</span>}
    </span>
  );
}

function layOut(tree: DominatorTree, shape: Props['shape'], width: number, height: number): HierarchyRectangularNode<Box>[] {
  const root = hierarchy(boxOf(tree), (box) => box.children);
  // A box is as large as its own bytes and those of its children.
  root.eachBefore((one) => Object.assign(one, { value: one.data.value }));
  root.sort((a, b) => Number(a.data.node === null) - Number(b.data.node === null) || (b.value ?? 0) - (a.value ?? 0));
  const laid =
    shape === 'treemap'
      ? treemap<Box>().size([width, height]).paddingInner(1).paddingOuter(2).paddingTop(HEADING).round(true)(root)
      : partition<Box>().size([width, height]).round(true)(root);
  // An icicle's boxes stand side by side, and slim ones still show how many they are.
  const least = shape === 'treemap' ? 3 : 1;
  return laid.descendants().filter(({ x0, x1, y0, y1 }) => x1 - x0 >= least && y1 - y0 >= least);
}

function levels({ children = [] }: DominatorTree): number {
  return children.length === 0 ? 0 : 1 + Math.max(...children.map(levels));
}

function boxOf({ node, retained, rest, children = [] }: DominatorTree): Box {
  const boxes = children.map(boxOf);
  if (rest > 0 && boxes.length > 0) boxes.push({ node: null, name: 'smaller ones', value: rest, children: [] });
  return { node, name: nameOf(node), value: retained, children: boxes };
}

/** Kinds that are told apart by colour; the name in the box says it too. */
function kind({ type, className }: NodeRow): string {
  if (/string/.test(type)) return 'string';
  if (type === 'closure' || type === 'code') return 'code';
  if (type === 'array' || /^(Array|Map|Set|\(array\))/.test(className)) return 'collection';
  if (type === 'native' || /ArrayBuffer/.test(className)) return 'native';
  if (type === 'hidden' || type === 'synthetic' || type === 'object shape') return 'system';
  return 'object';
}
