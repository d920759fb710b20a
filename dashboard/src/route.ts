// Where in the page we are: `#/snapshots/s1/classes?filter=CAP`. Every view has such an address, so that it can be
// kept, sent, and gone back from.

import { signal } from '@preact/signals';

export interface Route {
  /** Decoded parts of the path. */
  parts: string[];
  query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter((part) => part !== '').map(decode), query: new URLSearchParams(query) };
}

/** A hand-edited address may hold a lone `%`. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Query = Record<string, string | number | null | undefined>;

export function href(parts: (string | number)[], query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return `#/${parts.map((part) => encodeURIComponent(part)).join('/')}${text === '' ? '' : `?${text}`}`;
}

export const route = signal<Route>(parse(location.hash));

addEventListener('hashchange', () => {
  route.value = parse(location.hash);
});

export function go(to: string): void {
  location.hash = to;
}

/** Changes a part of the query of where we are, without a new entry in the history. */
export function refine(change: Query): void {
  const { parts, query } = route.value;
  const to = href(parts, { ...Object.fromEntries(query), ...change });
  history.replaceState(null, '', to);
  route.value = parse(to);
}
