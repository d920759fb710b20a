// Take a capture, after seeing what it costs; and keep house among those that are kept.

import { signal } from '@preact/signals';
import { type ApiError, query, send } from '../api/client';
import { asApiError, useResource } from '../api/resource';
import type { Estimate, KeptSnapshot } from '../api/types';
import { bytes, count, duration, moment } from '../format';
import { confirm } from '../parts/dialog';
import { Empty, Failure, Loading } from '../parts/status';
import { href } from '../route';
import { capabilities, capturing, refreshReport, refreshSnapshots, snapshots } from '../state';

const label = signal('');
const mode = signal('auto');
const failure = signal<ApiError | null>(null);
/** Ids to compare, in the order in which they were chosen. */
const chosen = signal<string[]>([]);

export function Captures() {
  const { capture } = capabilities.value;
  return (
    <>
      <header class="view-head">
        <h1>{capabilities.value.live ? 'Captures' : 'Files'}</h1>
      </header>
      {capture && <Take />}
      {failure.value !== null && <Failure error={failure.value} />}
      <Kept />
    </>
  );
}

function Take() {
  const under = capturing.value;
  const modes = capabilities.value.captureModes ?? [];
  return (
    <section class="take" aria-label="Take a capture">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void take();
        }}
      >
        <label>
          <span>Label</span>
          <input type="text" value={label.value} maxLength={100} placeholder="before the import" onInput={(event) => (label.value = event.currentTarget.value)} />
        </label>
        {modes.length > 1 && (
          <label>
            <span>Mode</span>
            <select value={mode.value} onChange={(event) => (mode.value = event.currentTarget.value)}>
              <option value="auto">auto</option>
              {modes
                .filter((one) => one !== 'auto')
                .map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
            </select>
          </label>
        )}
        <button type="submit" class="primary" disabled={under !== null}>
          Capture
        </button>
      </form>
      {under === null ? <Cost /> : <Loading what={`Capturing${under.label ? ` “${under.label}”` : ''}`} progress={under} />}
    </section>
  );
}

/** What the next capture would take, asked again after each one. */
function Cost() {
  const taken = snapshots.value.length;
  const estimate = useResource<Estimate>(`estimate${query({ mode: mode.value === 'auto' ? undefined : mode.value })}`, taken).value;
  if (estimate.state === 'loading') return <p class="muted">Working out what it would cost…</p>;
  if (estimate.state === 'failed') return <p class="muted">What it would cost is not known here.</p>;
  const { ms, bytes: size, childBytes, available, fits, reason, mode: how } = estimate.value;
  return (
    <p class={fits ? 'muted' : 'warn'}>
      Expected: about {duration(ms)}, {bytes(size)} on disk before compression
      {how === 'fork' ? `, and ${bytes(childBytes)} of memory for a child process meanwhile${available === null ? '' : ` (${bytes(available)} are free)`}. The program goes on.` : '. The program stands still meanwhile.'}
      {!fits && ` It would not fit: ${reason ?? 'there is too little memory.'}`}
    </p>
  );
}

async function take(): Promise<void> {
  failure.value = null;
  const name = label.value.trim();
  capturing.value = { label: name };
  try {
    await send('POST', `snapshot${query({ label: name, mode: mode.value === 'auto' ? undefined : mode.value, wait: '0' })}`);
    label.value = '';
  } catch (error) {
    capturing.value = null;
    failure.value = asApiError(error);
  }
}

function Kept() {
  const all = snapshots.value;
  if (all.length === 0) {
    return (
      <Empty title="No capture is kept">
        {capabilities.value.capture ? 'Take one, let the program work, and take another: what grew between them is named on the overview.' : 'Add snapshots on the overview.'}
      </Empty>
    );
  }
  const [before, after] = chosen.value.filter((id) => all.some((one) => one.id === id));
  return (
    <section aria-labelledby="kept-title">
      <h2 id="kept-title">
        {capabilities.value.live ? 'Kept' : 'Open'} <small class="muted">{capabilities.value.live ? 'newest' : 'last'} first; choose two to compare</small>
      </h2>
      <ul class="captures">
        {all.map((one) => (
          <Capture key={one.id} one={one} />
        ))}
      </ul>
      <div class="tools">
        {before !== undefined && after !== undefined ? (
          <a class="button primary" href={href(['compare', ...inOrder(before, after)])}>
            Compare the two
          </a>
        ) : (
          <button type="button" disabled>
            Compare the two
          </button>
        )}
      </div>
    </section>
  );
}

/** Older first, whichever was clicked first. */
function inOrder(a: string, b: string): [string, string] {
  const position = (id: string): number => snapshots.value.findIndex((one) => one.id === id);
  return position(a) > position(b) ? [a, b] : [b, a];
}

function Capture({ one }: { one: KeptSnapshot }) {
  const { id, label: name, at, modified, bytes: size, state, own, stallMs, nodeCount, mode: how } = one;
  if (state === 'failed' && capabilities.value.live) return <Failed one={one} />;
  const when = at ?? modified;
  const facts = [
    bytes(size),
    how,
    stallMs === undefined ? undefined : `stall ${duration(stallMs)}`,
    nodeCount === undefined ? undefined : `${count(nodeCount)} objects`,
    own === false ? 'of an earlier process' : undefined,
  ].filter((fact) => fact !== undefined);
  const path = `snapshots/${encodeURIComponent(id)}`;
  return (
    <li>
      <input
        type="checkbox"
        aria-label={`Choose ${name || id} to compare`}
        checked={chosen.value.includes(id)}
        onChange={({ currentTarget: { checked } }) => {
          chosen.value = checked ? [...chosen.value, id].slice(-2) : chosen.value.filter((other) => other !== id);
        }}
      />
      <div class="capture-name">
        {capabilities.value.explore && state !== 'capturing' ? <a href={href(['snapshots', id])}>{name || id}</a> : <span>{name || id}</span>}
        {when !== undefined && <time class="muted">{moment(when)}</time>}
        <span class="muted facts">{state === 'capturing' ? 'under way' : facts.join(' · ')}</span>
      </div>
      {state !== 'capturing' && (
        <div class="capture-actions">
          <a class="button" href={`${path}/download`} download={`${id}.heapsnapshot`} title="Holds everything the program had in memory, secrets too">
            Download
          </a>
          <button type="button" onClick={() => void remove(one)} aria-label={`${capabilities.value.live ? 'Delete' : 'Close'} ${name || id}`}>
            {capabilities.value.live ? 'Delete' : 'Close'}
          </button>
        </div>
      )}
    </li>
  );
}

/** Nothing was kept; what there is to know is why. */
function Failed({ one: { id, label: name, at, error } }: { one: KeptSnapshot }) {
  return (
    <li class="capture-failed">
      <div class="capture-name">
        <span>{name || id}</span>
        {at !== undefined && <time class="muted">{moment(at)}</time>}
        <span class="tag leak">failed</span>
        <p>
          {error?.message} <span class="muted">{error?.advice}</span> <code class="muted">{error?.code}</code>
        </p>
      </div>
      <div class="capture-actions">
        <button type="button" onClick={() => void dismiss(id)} aria-label={`Dismiss ${name || id}`}>
          Dismiss
        </button>
      </div>
    </li>
  );
}

async function dismiss(id: string): Promise<void> {
  failure.value = null;
  try {
    await send('DELETE', `snapshots/${encodeURIComponent(id)}`);
  } catch (error) {
    failure.value = asApiError(error);
  }
  await refreshSnapshots();
}

async function remove({ id, label: name }: KeptSnapshot): Promise<void> {
  const { live } = capabilities.value;
  // Files that are only looked at stay where they are: nothing to ask.
  if (live && !(await confirm(`Delete ${name || id}?`, 'The snapshot is removed from the disk of the server.', 'Delete'))) return;
  failure.value = null;
  try {
    await send('DELETE', live ? `snapshots/${encodeURIComponent(id)}` : `explore/files/${encodeURIComponent(id)}`);
    await Promise.all([refreshSnapshots(), live ? undefined : refreshReport()]);
  } catch (error) {
    failure.value = asApiError(error);
  }
}
