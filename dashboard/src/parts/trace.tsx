// A retaining path as a vertical trace, from the GC root down: each step is "this object keeps the next one".

import { useState } from 'preact/hooks';
import type { GrowthPoint, Hop } from '../api/types';
import { count, place } from '../format';
import { Source } from './source';
import { Prose } from './text';

export function Trace({ path, growsAt }: { path: Hop[]; growsAt?: GrowthPoint }) {
  return (
    <ol class="trace">
      {path.map((hop, i) => (
        <Step key={i} hop={hop} first={i === 0} growsAt={growsAt} />
      ))}
    </ol>
  );
}

function Step({ hop, first, growsAt }: { hop: Hop; first: boolean; growsAt: GrowthPoint | undefined }) {
  const [open, setOpen] = useState(false);
  const { location, role } = hop;
  const readable = location?.line !== undefined && !/^(node:|script )/.test(location.file);
  return (
    <li class={role ?? ''}>
      <div class="hop">
        <span class="hop-edge" title={first ? 'The GC root that keeps it' : 'How the object above refers to this one'}>
          {first ? 'root' : hop.edge}
        </span>
        <span class="hop-name">
          <Prose text={hop.name} />
        </span>
        {hop.type !== 'object' && <span class="muted">{hop.type}</span>}
        {location !== undefined &&
          (readable ? (
            <button type="button" class="link place" aria-expanded={open} onClick={() => setOpen(!open)}>
              {place(location)}
            </button>
          ) : (
            <span class="muted place">{place(location)}</span>
          ))}
        {hop.repeats !== undefined && hop.repeats > 1 && (
          <span class="tag">
            {hop.repeatedHops === 1 ? 'this step' : `these ${hop.repeatedHops} steps`} × {count(hop.repeats)}
          </span>
        )}
      </div>
      {role === 'growth-point' && <p class="role">grows here{growth(growsAt)}</p>}
      {role === 'leaked' && <p class="role">one of those that pile up</p>}
      {open && location !== undefined && <Source at={location} title={hop.name} />}
    </li>
  );
}

function growth(growsAt: GrowthPoint | undefined): string {
  const known = growsAt?.elements.filter((value) => value !== null) ?? [];
  const [first, last] = [known[0], known.at(-1)];
  // A WeakMap's entries are not its own: it grows, and has no elements.
  return first === undefined || last === undefined || first === last ? '' : `: ${count(first)} → ${count(last)} elements`;
}
