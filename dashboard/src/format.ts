// Numbers for people. Units of bytes are decimal, as in the reports: 6.8 KB is 6,800 bytes.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function bytes(value: number): string {
  let size = Math.abs(value);
  let unit = 0;
  // 999.95 KB would round to 1000.0 KB.
  while (size >= (unit === 0 ? 1000 : 999.95) && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${value < 0 ? '−' : ''}${unit === 0 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}

/** With its sign, for differences. */
export function delta(value: number, show: (value: number) => string): string {
  return value > 0 ? `+${show(value)}` : value === 0 ? '0' : show(value);
}

export function count(value: number): string {
  return value < 0 ? `−${count(-value)}` : Math.round(value).toLocaleString('en-GB');
}

/** A rate such as 0.39 or 1,470 per request. */
export function rate(value: number): string {
  const size = Math.abs(value);
  return size >= 100 ? count(value) : value.toFixed(size >= 10 ? 1 : 2);
}

export function percent(part: number): string {
  const value = part * 100;
  return `${value === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} %`;
}

export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

export function clock(at: number | string): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** The clock for today, the date as well for other days. */
export function moment(at: number | string, now = Date.now()): string {
  const date = new Date(at);
  return date.toDateString() === new Date(now).toDateString() ? clock(at) : `${date.toLocaleDateString('en-CA')} ${clock(at)}`;
}

/** V8's distances: what only V8 itself reaches starts at 100,000,000, and what nothing reaches is negative. */
export function distance(value: number): string {
  return value < 0 || value >= 100_000_000 ? '–' : count(value);
}

/** The end of a path, which is the part that tells. */
export function shortPath(file: string): string {
  const parts = file.replace(/^file:\/\//, '').split('/');
  const modules = parts.lastIndexOf('node_modules');
  if (modules >= 0) return parts.slice(modules + 1).join('/');
  return parts.slice(-2).join('/');
}

export function place({ file, line, column }: { file: string; line?: number; column?: number }): string {
  return [shortPath(file), line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}
