// A long list of the server, of which only the pages in sight are fetched.

import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiError, get, type Progress } from './client';
import { asApiError } from './resource';
import type { Page } from './types';

const PAGE = 200;

/** What a table shows: rows by number, some of them not here yet. */
export interface List<Row> {
  /** Null until it is known. */
  readonly total: ReadonlySignal<number | null>;
  readonly error: ReadonlySignal<ApiError | null>;
  readonly progress: ReadonlySignal<Progress | null>;
  /** Counts the pages that came. */
  readonly version: ReadonlySignal<number>;
  row(index: number): Row | undefined;
  /** These rows are in sight. */
  show(first: number, last: number): void;
}

/** Rows that are all here. */
export class WholeList<Row> implements List<Row> {
  readonly total;
  readonly error = signal(null);
  readonly progress = signal(null);
  readonly version = signal(0);

  constructor(readonly rows: Row[]) {
    this.total = signal(rows.length);
  }

  row(index: number): Row | undefined {
    return this.rows[index];
  }

  show(): void {}
}

export class PagedList<Row> implements List<Row> {
  readonly total = signal<number | null>(null);
  readonly error = signal<ApiError | null>(null);
  readonly progress = signal<Progress | null>(null);
  readonly version = signal(0);
  #pages = new Map<number, Row[] | 'asked'>();
  #abort = new AbortController();

  /** `path` without offset and limit. */
  constructor(readonly path: string) {
    this.show(0, 0);
  }

  row(index: number): Row | undefined {
    const page = this.#pages.get(Math.floor(index / PAGE));
    return page === undefined || page === 'asked' ? undefined : page[index % PAGE];
  }

  show(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
      if (!this.#pages.has(page)) void this.#fetch(page);
    }
  }

  close(): void {
    this.#abort.abort();
  }

  async #fetch(page: number): Promise<void> {
    this.#pages.set(page, 'asked');
    const separator = this.path.includes('?') ? '&' : '?';
    try {
      const answer = await get<Page<Row>>(`${this.path}${separator}offset=${page * PAGE}&limit=${PAGE}`, {
        signal: this.#abort.signal,
        onProgress: (progress) => {
          this.progress.value = progress;
        },
      });
      this.#pages.set(page, answer.rows);
      this.total.value = answer.total;
      this.version.value += 1;
    } catch (error) {
      this.#pages.delete(page);
      if (!this.#abort.signal.aborted) this.error.value = asApiError(error);
    }
  }
}

/** The list at `path`, for as long as the component that shows it. */
export function usePaged<Row>(path: string): PagedList<Row> {
  const list = useMemo(() => new PagedList<Row>(path), [path]);
  useEffect(() => () => list.close(), [list]);
  return list;
}
