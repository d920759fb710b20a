// The states in which there is nothing to show: on its way, not there, or failed.

import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { ApiError, Progress } from '../api/client';
import type { Resource } from '../api/resource';
import { href } from '../route';

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
  // What the server advises for this is for those who write to it themselves.
  if (error.code === 'LG_HTTP_NOT_FOUND') {
    return (
      <Empty title={sentence(error.message)}>
        It may have been deleted. <a class="inline" href={href(['overview'])}>Overview</a>
      </Empty>
    );
  }
  if (error.absent && !error.code.startsWith('LG_PARSE')) {
    return (
      <Empty title="Not available here">
        {sentence(error.message)} {error.advice}
      </Empty>
    );
  }
  return (
    <div class="status failed" role="alert">
      <p class="status-title">{sentence(error.message)}</p>
      {error.advice !== null && <p>{error.advice}</p>}
      <p class="muted">
        <code>{error.code}</code>
      </p>
    </div>
  );
}

/** The engine's messages begin small and end without a point, to stand after "error:". */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** One of the three, or the value. */
export function Show<T>({ of, what, children }: { of: ReadonlySignal<Resource<T>>; what?: string; children: (value: T) => ComponentChildren }) {
  const resource = of.value;
  if (resource.state === 'loading') return <Loading {...(what === undefined ? {} : { what })} progress={resource.progress} />;
  if (resource.state === 'failed') return <Failure error={resource.error} />;
  return <>{children(resource.value)}</>;
}
