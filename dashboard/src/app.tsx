// The frame around the views: where one can go, which process this is, whether it still answers.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { duration } from './format';
import { Confirmation } from './parts/dialog';
import { Help } from './parts/help';
import { Empty, Failure, Loading } from './parts/status';
import { go, href, refine, route } from './route';
import { blockedMs, capabilities, connection, stats } from './state';
import { nextTheme } from './theme';
import { Captures } from './views/captures';
import { CompareView } from './views/compare';
import { Machine } from './views/machine';
import { Overview } from './views/overview';
import { SnapshotView } from './views/snapshot';
import { SuspectView } from './views/suspect';
import { DropHint, useDrop } from './views/upload';

const help = signal(false);

const PLACES = [
  { key: 'overview', title: 'Overview' },
  { key: 'compare', title: 'Compare' },
  { key: 'snapshots', title: 'Snapshot' },
  { key: 'captures', title: 'Captures' },
  { key: 'machine', title: 'Machine' },
];

/** Without a living process there are no captures, but files. */
function titleOf(where: string): string | undefined {
  return where === 'captures' && !capabilities.value.live ? 'Files' : PLACES.find(({ key }) => key === where)?.title;
}

export function App() {
  const [where = 'overview', first, second] = route.value.parts;
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    const title = titleOf(where) ?? 'Suspect';
    const app = stats.value?.process?.app;
    document.title = `${title} · ${app === undefined ? 'leakguard' : `${app} · leakguard`}`;
  }, [where, stats.value?.process?.app]);
  useDrop();
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        To the content
      </a>
      <Bar where={where} />
      <Banner />
      <main id="main" tabIndex={-1}>
        {stats.value === null ? <Connecting /> : <View where={where} first={first} second={second} />}
      </main>
      <Confirmation />
      <DropHint />
      {help.value && <Help onClose={() => (help.value = false)} />}
    </>
  );
}

function View({ where, first, second }: { where: string; first: string | undefined; second: string | undefined }) {
  switch (where) {
    case 'overview':
      return <Overview />;
    case 'suspect':
      return <SuspectView fingerprint={first ?? ''} />;
    case 'compare':
      return <CompareView base={first} head={second} />;
    case 'snapshots':
      return <SnapshotView id={first} tab={second} />;
    case 'captures':
      return <Captures />;
    case 'machine':
      return <Machine />;
    default:
      return (
        <Empty title="There is no such view">
          <a href={href(['overview'])}>Overview</a>
        </Empty>
      );
  }
}

function Bar({ where }: { where: string }) {
  const { live } = capabilities.value;
  const process = stats.value?.process;
  const current = where === 'suspect' ? 'overview' : where;
  return (
    <header class="bar">
      <a class="brand" href={href(['overview'])}>
        <Mark />
        leakguard
      </a>
      <nav class="places" aria-label="Views">
        {PLACES.filter(({ key }) => live || key !== 'machine').map(({ key }) => (
          <a key={key} href={href([key])} aria-current={key === current ? 'page' : undefined}>
            {titleOf(key)}
          </a>
        ))}
      </nav>
      {process !== null && process !== undefined && (
        <p class="process" title={process.argv0}>
          <span class={`dot ${connection.value.state}`} aria-hidden="true" />
          {process.app ?? process.title} <span class="muted">pid {process.pid} · Node {process.node.replace(/^v/, '')}</span>
        </p>
      )}
      <button type="button" class="icon" onClick={nextTheme} aria-label="Light or dark" title="Light or dark (t)">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
          <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
        </svg>
      </button>
      <button type="button" class="icon" onClick={() => (help.value = true)} aria-label="Keys and words" title="Keys and words (?)">
        ?
      </button>
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" class="mark-icon">
      <path d="M1.5 12.5 5 8.5v2l4-4.5v2l5.5-6" />
    </svg>
  );
}

function Banner() {
  if (connection.value.state === 'gone' && stats.value !== null) {
    return (
      <p class="banner failed" role="alert">
        The server does not answer. What is shown is from before; trying again…
      </p>
    );
  }
  if (blockedMs.value > 0) {
    return (
      <p class="banner warn" role="alert">
        The event loop has been blocked for {duration(blockedMs.value)}. This page is served beside it.
      </p>
    );
  }
  return null;
}

function Connecting() {
  return connection.value.state === 'gone' ? <Failure error={connection.value.error} /> : <Loading what="Connecting" />;
}

/** What was opened last: an object, then the class it is of. */
function close(): void {
  const { query } = route.value;
  if (query.has('node')) refine({ node: null });
  else if (query.has('key')) refine({ key: null, kind: null });
  else if (query.has('class')) refine({ class: null, name: null, by: null, direction: null });
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  const typing = target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
  if (event.key === 'Escape') {
    if (typing) target.blur();
    else if (!help.value && document.querySelector('dialog[open]') === null) close();
    return;
  }
  if (typing || document.querySelector('dialog[open]') !== null) return;
  const place = PLACES[Number(event.key) - 1];
  if (event.key === '/') {
    document.querySelector<HTMLInputElement>('[data-search]')?.focus();
  } else if (event.key === '?') {
    help.value = true;
  } else if (event.key === 't') {
    nextTheme();
  } else if (place !== undefined && (place.key !== 'machine' || capabilities.value.live)) {
    go(href([place.key]));
  } else {
    return;
  }
  event.preventDefault();
}
