// The lines around a place of the program's source, where the server may read them.

import { useResource } from '../api/resource';
import { query } from '../api/client';
import type { Place, SourceLines } from '../api/types';
import { place } from '../format';

export function Source({ at, title }: { at: Place; title: string }) {
  const known = at.line !== undefined;
  const resource = useResource<SourceLines>(known ? `source${query({ file: at.file, line: at.line })}` : null);
  const answer = resource.value;
  return (
    <figure class="source">
      <figcaption>
        <span>{title}</span>
        <code title={at.file}>{place(at)}</code>
      </figcaption>
      {answer.state === 'ready' && (
        <pre tabIndex={0} aria-label={`${title}, ${place(at)}`}>
          {answer.value.lines.map((text, i) => {
            const number = answer.value.first + i;
            return (
              <span key={number} class={number === answer.value.line ? 'line here' : 'line'}>
                <span class="number" aria-hidden="true">
                  {number}
                </span>
                <span>{text === '' ? ' ' : text}</span>
                {'\n'}
              </span>
            );
          })}
        </pre>
      )}
      {known && answer.state === 'failed' && <p class="muted">The file is not readable from here.</p>}
    </figure>
  );
}
