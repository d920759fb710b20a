import { Dialog } from './dialog';

const KEYS: [string, string][] = [
  ['/', 'search or filter'],
  ['?', 'this help'],
  ['1 … 5', 'overview, compare, snapshot, captures, machine'],
  ['↑ ↓ PgUp PgDn', 'move in a table or a tree'],
  ['← →', 'close and open a branch of a tree'],
  ['Enter', 'open the row'],
  ['Esc', 'close the object or the class, leave the search'],
  ['t', 'light or dark'],
];

const WORDS: [string, string][] = [
  ['floor', 'What is left of the heap after a full collection. A leak lifts it; a busy program does not.'],
  ['retained size', 'What would be freed if the object were.'],
  ['own size', 'The object by itself, without what it refers to.'],
  ['distance', 'References from the roots to the object, on the shortest way.'],
  ['growth point', 'The one object whose children multiply while it stays: an array, a Map, a listener list.'],
  ['dominator', 'The object all ways from the roots to another one lead through.'],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys and words" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <dl class="keys words">
        {WORDS.map(([word, text]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
