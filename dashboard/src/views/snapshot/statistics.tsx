import type { Statistics as Figures } from '../../api/types';
import { bytes, percent } from '../../format';

/** What kinds of memory there are, as DevTools sums them up. */
export function Statistics({ statistics: { total, native, v8heap } }: { statistics: Figures }) {
  const known = v8heap.code + v8heap.strings + v8heap.jsArrays + v8heap.system;
  const kinds = [
    { name: 'Strings', value: v8heap.strings, tone: 'kind-string' },
    { name: 'Arrays of the program', value: v8heap.jsArrays, tone: 'kind-collection' },
    { name: 'Code', value: v8heap.code, tone: 'kind-code' },
    { name: 'Other objects on V8’s heap', value: v8heap.total - known, tone: 'kind-object' },
    { name: 'V8 itself', value: v8heap.system, tone: 'kind-system' },
    { name: 'Typed arrays and Buffers', value: native.typedArrays, tone: 'kind-native' },
    { name: 'Other native memory', value: native.total - native.typedArrays, tone: 'kind-native' },
  ];
  return (
    <table class="kinds">
      <caption class="muted">{bytes(total)} in all</caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Share</th>
          <th scope="col">Bytes</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map(({ name, value, tone }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="share">
              <span class={`share-bar ${tone}`} style={{ width: `${(75 * value) / (total || 1)}%` }} />
              <span>{percent(value / (total || 1))}</span>
            </td>
            <td>{bytes(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
