/** A few figures as a line, beside a text that gives them. */
export function Spark({ values }: { values: (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [max, width, height] = [Math.max(...known, 1), 96, 28];
  const points = values.flatMap((value, i) =>
    value === null ? [] : [`${2 + (i / (values.length - 1)) * (width - 4)},${height - 3 - (value / max) * (height - 6)}`],
  );
  return (
    <svg class="spark" width={width} height={height} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
