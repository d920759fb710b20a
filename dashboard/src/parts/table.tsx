// A table of any length: only the rows in sight are in the document, and only their pages are fetched. Arrow keys move
// the active row, Enter opens it.

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { List } from '../api/paged';
import { count } from '../format';
import { Failure, Loading } from './status';

export interface Column<Row> {
  title: string;
  /** A track of a CSS grid. */
  width: string;
  cell(row: Row): ComponentChildren;
  /** What the server calls the order by this column. */
  sort?: string;
  align?: 'end';
  /** Left out where there is no room for all columns. */
  wide?: boolean;
}

export interface Sort {
  by: string;
  order: 'asc' | 'desc';
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  list: List<Row>;
  empty?: string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  onOpen?: (row: Row) => void;
  /** The row that is shown elsewhere on the page. */
  selected?: (row: Row) => boolean;
  /** Height of the body in rows. */
  rows?: number;
}

const ROW = 26;
/** The titles, which stay in sight above the rows. */
const HEAD = 28;
/** Between columns. */
const GAP = 14;
/** Browsers lay out some 33 million pixels in height. */
const MOST_ROWS = 1_000_000;

export function Table<Row>({ label, columns, list, empty = 'Nothing here.', sort, onSort, onOpen, selected, rows = 18 }: Props<Row>) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const drawn = useMemo(() => signal(0), []);
  const active = useMemo(() => signal(-1), [list]);
  const total = list.total.value;
  void list.version.value;
  const length = Math.min(total ?? 0, MOST_ROWS);

  const options = {
    count: length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    scrollPaddingEnd: HEAD,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => {
      drawn.value += 1;
    },
  };
  const virtual = useMemo(() => new Virtualizer<HTMLDivElement, Element>(options), []);
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  void drawn.value;

  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index, items.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) list.show(first, last);
  }, [list, first, last]);
  useEffect(() => scroller.current?.scrollTo({ top: 0 }), [list]);

  const room = useMemo(() => signal(Number.POSITIVE_INFINITY), []);
  useEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const resize = new ResizeObserver(() => {
      room.value = current.clientWidth;
    });
    resize.observe(current);
    return () => resize.disconnect();
  }, []);

  const shown = fitting(columns, room.value);
  const tracks = shown.map(({ width }) => width).join(' ');
  const move = (to: number): void => {
    if (length === 0) return;
    active.value = Math.max(0, Math.min(length - 1, to));
    virtual.scrollToIndex(active.value);
  };
  const page = Math.max(1, rows - 2);
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(active.value + 1),
    ArrowUp: () => move(active.value - 1),
    PageDown: () => move(active.value + page),
    PageUp: () => move(active.value - page),
    Home: () => move(0),
    End: () => move(length - 1),
    Enter: () => {
      const row = list.row(active.value);
      if (row !== undefined) onOpen?.(row);
    },
  };
  const inSight = items.some(({ index }) => index === active.value);

  return (
    <div class="table-frame">
      <div
        class="table"
        role="grid"
        aria-label={label}
        aria-rowcount={total ?? -1}
        tabIndex={0}
        ref={scroller}
        aria-activedescendant={inSight ? `${id}-${active.value}` : undefined}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
          const action = keys[event.key];
          if (action === undefined) return;
          event.preventDefault();
          action();
        }}
        style={{ maxHeight: `${(rows + 1) * ROW + 4}px` }}
      >
        <div class="row head" role="row" style={{ gridTemplateColumns: tracks }}>
          {shown.map((column) => (
            <Head key={column.title} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
        <div class="table-body" role="rowgroup" style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start }) => {
            const row = list.row(index);
            const classes = ['row', onOpen && 'open', index === active.value && 'active', row !== undefined && selected?.(row) && 'selected'];
            return (
              <div
                key={index}
                id={`${id}-${index}`}
                role="row"
                aria-rowindex={index + 1}
                aria-selected={row !== undefined && selected !== undefined ? selected(row) : undefined}
                class={classes.filter(Boolean).join(' ')}
                style={{ gridTemplateColumns: tracks, transform: `translateY(${start}px)` }}
                onClick={() => {
                  active.value = index;
                  if (row !== undefined) onOpen?.(row);
                }}
              >
                {shown.map((column) => (
                  <div key={column.title} role="gridcell" class={column.align === 'end' ? 'cell end' : 'cell'}>
                    {row === undefined ? <span class="muted">…</span> : column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {list.error.value !== null && <Failure error={list.error.value} />}
      {total === null && list.error.value === null && <Loading progress={list.progress.value} />}
      {total === 0 && <p class="table-note">{empty}</p>}
      {total !== null && total > 0 && (
        <p class="table-note muted" role="status">
          {count(total)} {total === 1 ? 'row' : 'rows'}
          {total > MOST_ROWS && `, the first ${count(MOST_ROWS)} of them shown`}
        </p>
      )}
    </div>
  );
}

/** The columns that there is room for, those that are always shown before the others. Where even these are too wide, what
 * is wide as it likes gives way. */
function fitting<Row>(columns: Column<Row>[], room: number): Column<Row>[] {
  const least = ({ width }: Column<Row>): number => Number(/\d+/.exec(width)?.[0] ?? 0) + GAP;
  const always = columns.filter(({ wide }) => wide !== true);
  let left = room - GAP - always.reduce((sum, column) => sum + least(column), 0);
  if (left < 0) return always.map((column) => ({ ...column, width: column.width.replace(/minmax\(\d+px/, 'minmax(72px') }));
  return columns.filter((column) => {
    if (column.wide !== true) return true;
    left -= least(column);
    return left >= 0;
  });
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort: Sort | undefined; onSort: ((sort: Sort) => void) | undefined }) {
  const { title, align, sort: by } = column;
  const sorted = by !== undefined && sort?.by === by ? sort.order : undefined;
  const direction = sorted === undefined ? undefined : sorted === 'asc' ? 'ascending' : 'descending';
  return (
    <div role="columnheader" class={align === 'end' ? 'cell end' : 'cell'} aria-sort={direction}>
      {by === undefined || onSort === undefined ? (
        title
      ) : (
        <button
          type="button"
          class="sort"
          // Names begin at A, figures with the biggest.
          onClick={() => onSort({ by, order: sorted === undefined ? (align === 'end' ? 'desc' : 'asc') : sorted === 'asc' ? 'desc' : 'asc' })}
        >
          {title}
          <span aria-hidden="true">{sorted === undefined ? '' : sorted === 'asc' ? ' ▲' : ' ▼'}</span>
        </button>
      )}
    </div>
  );
}
