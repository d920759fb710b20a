import type { Diagnosis, Hop, Suspect } from '../api/types';
import { bytes, place, rate } from '../format';
import { href } from '../route';
import { Spark } from '../charts/spark';
import { Prose } from './text';

export function SuspectCard({ suspect, unit }: { suspect: Suspect; unit: Diagnosis['unit'] }) {
  const { sentence, path, className, countPerIteration, bytesPerIteration, retainedBytes, definedAt, evidence, fingerprint, category } = suspect;
  return (
    <a class={`card ${category}`} href={href(['suspect', fingerprint])} title={sentence.replaceAll('`', '')}>
      <span class="card-head">
        <code>{className}</code>
        <span class="tag">{evidence.strength} evidence</span>
      </span>
      <Spark values={evidence.inPlace ? evidence.bytes : evidence.counts} />
      <span class="card-sentence">
        <Prose text={suspect.growsAt.text} />
      </span>
      <span class="card-path muted" title="Kept by">
        {keepers(path).map((name, i) => (
          <span key={i}>{name}</span>
        ))}
      </span>
      <span class="card-figures muted">
        {evidence.inPlace ? 'same objects, bigger' : `+${rate(countPerIteration)} per ${unit}`} · {bytes(bytesPerIteration)} per {unit} ·{' '}
        {bytes(retainedBytes)} retained
        {definedAt !== undefined && <> · {place(definedAt)}</>}
      </span>
    </a>
  );
}

/** How many steps of a path a card has room for. */
const STEPS = 4;

/** The way to the growth point, as the program would write it; its end tells the most. */
function keepers(path: Hop[]): string[] {
  const grows = path.findIndex(({ role }) => role === 'growth-point');
  const names = path.slice(0, grows + 1).map(({ edge, name }, i) => (i === 0 || edge === '(context)' ? name : edge));
  return names.length > STEPS + 1 ? [names[0] ?? '', '…', ...names.slice(-STEPS)] : names;
}
