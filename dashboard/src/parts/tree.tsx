// A tree whose branches are fetched when they are opened: what an object refers to, or what refers to it. Right and
// left arrow open and close, up and down move, Enter shows the object.

import { signal, type Signal } from '@preact/signals';
import { useEffect, useId, useMemo } from 'preact/hooks';
import { get } from '../api/client';
import { asApiError } from '../api/resource';
import type { EdgeRow, NodeRow, Page } from '../api/types';
import { bytes, count } from '../format';
import { NodeName } from './node';

interface Props {
  label: string;
  /** Where a node's branches are, without offset and limit. */
  branches: (index: number) => string;
  root: number;
  onOpen: (node: NodeRow) => void;
}

interface Branch {
  edge: EdgeRow;
  level: number;
  /** Objects are not trees: a node that is its own ancestor is not opened again. */
  ancestors: Set<number>;
  open: boolean;
  twigs: Twigs;
}

interface Twigs {
  list: Branch[];
  /** Null until asked. */
  total: number | null;
  note: string | null;
}

const AT_ONCE = 50;

export function Tree({ label, branches, root, onOpen }: Props) {
  const id = useId();
  const version = useMemo(() => signal(0), []);
  const active: Signal<number> = useMemo(() => signal(0), [root]);
  const top = useMemo<Twigs>(() => ({ list: [], total: null, note: null }), [root, label]);

  const fetchMore = async (twigs: Twigs, index: number, level: number, ancestors: Set<number>): Promise<void> => {
    twigs.note = 'Loading…';
    version.value += 1;
    try {
      const path = branches(index);
      const page = await get<Page<EdgeRow>>(`${path}${path.includes('?') ? '&' : '?'}offset=${twigs.list.length}&limit=${AT_ONCE}`);
      twigs.total = page.total;
      for (const edge of page.rows) {
        twigs.list.push({ edge, level, ancestors: new Set([...ancestors, index]), open: false, twigs: { list: [], total: null, note: null } });
      }
      twigs.note = page.total === 0 ? 'Nothing.' : null;
    } catch (error) {
      twigs.note = asApiError(error).message;
    }
    version.value += 1;
  };
  useEffect(() => void fetchMore(top, root, 1, new Set()), [top]);
  void version.value;

  const toggle = (branch: Branch, open = !branch.open): void => {
    const { index } = branch.edge.node;
    if (branch.ancestors.has(index)) return;
    branch.open = open;
    if (open && branch.twigs.total === null) void fetchMore(branch.twigs, index, branch.level + 1, branch.ancestors);
    version.value += 1;
  };
  const visible = flatten(top, root);
  const move = (to: number): void => {
    active.value = Math.max(0, Math.min(visible.length - 1, to));
    document.getElementById(`${id}-${active.value}`)?.scrollIntoView({ block: 'nearest' });
  };
  const act = (line: Line | undefined, key: string): boolean => {
    if (line === undefined) return false;
    if (line.kind === 'more') {
      if (key !== 'Enter') return false;
      void fetchMore(line.twigs, line.index, line.level, line.ancestors);
      return true;
    }
    if (key === 'Enter') onOpen(line.branch.edge.node);
    else if (key === 'ArrowRight' && !line.branch.open) toggle(line.branch, true);
    else if (key === 'ArrowRight' && (visible[active.value + 1]?.level ?? 0) > line.level) move(active.value + 1);
    else if (key === 'ArrowLeft' && line.branch.open) toggle(line.branch, false);
    else if (key === 'ArrowLeft') move(visible.findLastIndex((other, i) => i < active.value && other.level < line.level));
    else return false;
    return true;
  };

  return (
    <div
      class="tree"
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={visible.length > 0 ? `${id}-${active.value}` : undefined}
      onKeyDown={(event) => {
        const stops: Record<string, number> = { ArrowDown: active.value + 1, ArrowUp: active.value - 1, Home: 0, End: visible.length - 1 };
        const stop = stops[event.key];
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (stop !== undefined) move(stop);
        else if (!act(visible[active.value], event.key)) return;
        event.preventDefault();
      }}
    >
      {visible.map((line, i) => (
        <div
          key={i}
          id={`${id}-${i}`}
          role="treeitem"
          aria-level={line.level}
          aria-expanded={line.kind === 'branch' && !line.recursive ? line.branch.open : undefined}
          aria-selected={i === active.value}
          class={i === active.value ? 'twig active' : 'twig'}
          style={{ paddingLeft: `${(line.level - 1) * 16 + 4}px` }}
          onClick={() => {
            active.value = i;
            act(line, 'Enter');
          }}
        >
          {line.kind === 'branch' ? (
            <>
              <span
                class={line.recursive ? 'twist none' : line.branch.open ? 'twist open' : 'twist'}
                aria-hidden="true"
                onClick={(event) => {
                  event.stopPropagation();
                  active.value = i;
                  toggle(line.branch);
                }}
              />
              <span class={`edge ${line.branch.edge.edgeType} ${line.branch.edge.essential === false ? 'weak' : ''}`}>{line.branch.edge.edgeType === 'element' ? `[${line.branch.edge.edge.replace(/^\[|\]$/g, '')}]` : line.branch.edge.edge}</span>
              <NodeName node={line.branch.edge.node} />
              {line.recursive && <span class="tag">cycle</span>}
              <span class="sizes">{bytes(line.branch.edge.node.retainedSize)}</span>
            </>
          ) : (
            <span class={line.note === null ? 'more' : 'muted'}>{line.note ?? `${count(line.missing)} more`}</span>
          )}
        </div>
      ))}
    </div>
  );
}

type Line =
  | { kind: 'branch'; level: number; branch: Branch; recursive: boolean }
  | { kind: 'more'; level: number; twigs: Twigs; index: number; ancestors: Set<number>; missing: number; note: string | null };

function flatten(twigs: Twigs, index: number, level = 1, ancestors = new Set<number>()): Line[] {
  const lines: Line[] = [];
  for (const branch of twigs.list) {
    const recursive = branch.ancestors.has(branch.edge.node.index);
    lines.push({ kind: 'branch', level, branch, recursive });
    if (branch.open) lines.push(...flatten(branch.twigs, branch.edge.node.index, level + 1, branch.ancestors));
  }
  const missing = (twigs.total ?? 0) - twigs.list.length;
  if (missing > 0 || twigs.note !== null) lines.push({ kind: 'more', level, twigs, index, ancestors, missing, note: twigs.note });
  return lines;
}
