// The states in which there is nothing to show: on its way, not there, or failed.

import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { ApiError, Progress } from '../api/client';
import type { Resource } from '../api/resource';

/** Phases, as people say. */
const WORDS: Record<string, string> = {
  start: 'starting the process that reads it',
  wait: 'waiting for its turn',
  read: 'reading the file',
  analyze: 'working out who keeps what',
  capture: 'under way',
};

export function Loading({ what = 'Loading', progress = null }: { what?: string; progress?: Progress | null }) {
  const { done = 0, total = 0, phase, state } = progress ?? {};
  const known = total > 0;
  return (
    <div class="status" role="status">
      <progress aria-label={what} {...(known ? { value: done, max: total } : {})} />
      <p>
        {phase ? `${what}: ${state === 'indexing' ? `preparing ${phase}` : (WORDS[phase] ?? phase)}` : what}
        {known && ` · ${Math.min(100, Math.floor((100 * done) / total))} %`}
      </p>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="status">
      <p class="status-title">{title}</p>
      {children !== undefined && <div class="muted">{children}</div>}
    </div>
  );
}

export function Failure({ error }: { error: ApiError }) {
  if (error.absent && !error.code.startsWith('LG_PARSE')) {
    return (
      <Empty title="Not available here">
        {error.message} {error.advice}
      </Empty>
    );
  }
  return (
    <div class="status failed" role="alert">
      <p class="status-title">{error.message}</p>
      {error.advice !== null && <p>{error.advice}</p>}
      <p class="muted">
        <code>{error.code}</code>
      </p>
    </div>
  );
}

/** One of the three, or the value. */
export function Show<T>({ of, what, children }: { of: ReadonlySignal<Resource<T>>; what?: string; children: (value: T) => ComponentChildren }) {
  const resource = of.value;
  if (resource.state === 'loading') return <Loading {...(what === undefined ? {} : { what })} progress={resource.progress} />;
  if (resource.state === 'failed') return <Failure error={resource.error} />;
  return <>{children(resource.value)}</>;
}
