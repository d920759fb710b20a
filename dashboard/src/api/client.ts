// Asks the server. Addresses are relative, since the page may be mounted under a prefix. An answer 202 means "not yet":
// it is asked again until the result is there, and says on the way how far it is.

export interface Progress {
  state?: string;
  phase?: string;
  done?: number;
  total?: number;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly advice: string | null,
    /** Seconds, when the server says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** The server does not have this: another mode, or an older version. */
  get absent(): boolean {
    return this.status === 404 || this.status === 405 || this.status === 501;
  }

  /** No answer at all. */
  get gone(): boolean {
    return this.status === 0;
  }
}

interface Options {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

const POLL_MS = 500;

export async function get<T>(path: string, { signal, onProgress }: Options = {}): Promise<T> {
  for (;;) {
    const response = await request(path, { signal: signal ?? null });
    if (response.status !== 202) return (await response.json()) as T;
    onProgress?.((await response.json()) as Progress);
    await pause(POLL_MS, signal);
  }
}

export async function send(method: 'POST' | 'DELETE', path: string, body?: Blob): Promise<unknown> {
  const response = await request(path, { method, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

export function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'LG_PAGE_OFFLINE', 'The server does not answer.', 'The process may have ended. The page tries again by itself.');
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function failure(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after')) || null;
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; advice?: string } };
    return new ApiError(response.status, error.code, error.message, error.advice ?? null, retryAfter);
  } catch {
    return new ApiError(response.status, `HTTP ${response.status}`, response.statusText || 'The server refused.', null, retryAfter);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}
