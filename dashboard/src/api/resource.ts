// One answer of the server as a signal: loading with progress, the value, or why not.

import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiError, get, type Progress } from './client';

export type Resource<T> =
  | { state: 'loading'; progress: Progress | null }
  | { state: 'ready'; value: T }
  | { state: 'failed'; error: ApiError };

/** The answer for `path`, asked again when the path or `again` changes; loading for ever while the path is null. */
export function useResource<T>(path: string | null, again: unknown = null): ReadonlySignal<Resource<T>> {
  const resource = useMemo(() => signal<Resource<T>>({ state: 'loading', progress: null }), [path, again]);
  useEffect(() => {
    if (path === null) return undefined;
    const abort = new AbortController();
    get<T>(path, {
      signal: abort.signal,
      onProgress: (progress) => {
        resource.value = { state: 'loading', progress };
      },
    }).then(
      (value) => {
        resource.value = { state: 'ready', value };
      },
      (error: unknown) => {
        if (!abort.signal.aborted) resource.value = { state: 'failed', error: asApiError(error) };
      },
    );
    return () => abort.abort();
  }, [path, resource]);
  return resource;
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(-1, 'LG_PAGE', error instanceof Error ? error.message : String(error), null);
}
