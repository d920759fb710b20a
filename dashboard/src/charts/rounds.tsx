// Growth over the captures of a hunt, or over a series of snapshots: a point a capture, and the straight line that
// constant growth would be. Few points, each with its figure, so an SVG of our own rather than a time series.

import { useEffect, useRef, useState } from 'preact/hooks';

export interface RoundSeries {
  label: string;
  /** A class of the style sheet: `s-floor`. */
  tone: string;
  values: (number | null)[];
}

interface Props {
  label: string;
  /** What is below each point. */
  ticks: string[];
  series: RoundSeries[];
  show: (value: number) => string;
  /** This capture is after the load had stopped. */
  coolDown?: number;
  height?: number;
  /** Draw the line of constant growth through the first series. */
  fit?: boolean;
}

const [LEFT, RIGHT, TOP, BOTTOM] = [64, 18, 20, 28];

export function RoundChart({ label, ticks, series, show, coolDown = -1, height = 190, fit = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const resize = new ResizeObserver(() => setWidth(Math.max(200, current.clientWidth)));
    resize.observe(current);
    return () => resize.disconnect();
  }, []);

  const values = series.flatMap((one) => one.values.filter((value) => value !== null));
  const top = niceTop(Math.max(...values, 1));
  const x = (i: number): number => LEFT + ((width - LEFT - RIGHT) * (ticks.length === 1 ? 0.5 : i / (ticks.length - 1)));
  const y = (value: number): number => TOP + (height - TOP - BOTTOM) * (1 - value / top);
  const line = fit && series[0] !== undefined ? trend(series[0].values, coolDown) : null;
  const lastLoaded = coolDown === -1 ? ticks.length - 1 : coolDown - 1;

  return (
    <div class="rounds" ref={box}>
      {series.length > 1 && (
        <ul class="legend">
          {series.map(({ label: name, tone }) => (
            <li key={name} class={tone}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <svg width={width} height={height} role="img" aria-label={label}>
        {[0, 0.5, 1].map((part) => (
          <g key={part} class="axis">
            <line x1={LEFT} x2={width - RIGHT} y1={y(top * part)} y2={y(top * part)} />
            <text x={LEFT - 8} y={y(top * part) + 4} text-anchor="end">
              {show(top * part)}
            </text>
          </g>
        ))}
        {coolDown > 0 && <rect class="cool" x={x(coolDown - 1)} width={x(coolDown) - x(coolDown - 1)} y={TOP} height={height - TOP - BOTTOM} />}
        {line !== null && (
          <line class="fit" x1={x(0)} y1={y(Math.max(0, line.at(0)))} x2={x(lastLoaded)} y2={y(line.at(lastLoaded))} />
        )}
        {series.map(({ label: name, tone, values: points }, s) => (
          <g key={name} class={tone}>
            <polyline points={points.flatMap((value, i) => (value === null ? [] : [`${x(i)},${y(value)}`])).join(' ')} />
            {points.map((value, i) =>
              value === null ? null : (
                <g key={i}>
                  <circle cx={x(i)} cy={y(value)} r={i === coolDown ? 3 : 3.5} class={i === coolDown ? 'hollow' : ''} />
                  {(series.length === 1 || (s === 0 && i === points.length - 1)) && (
                    <text x={x(i)} y={y(value) - 9} text-anchor={i === 0 ? 'start' : i === ticks.length - 1 ? 'end' : 'middle'}>
                      {show(value)}
                    </text>
                  )}
                </g>
              ),
            )}
          </g>
        ))}
        {ticks.map((text, i) =>
          // Every label if they fit, else every other.
          ((width - LEFT) / ticks.length > 64 || i % 2 === 0) ? (
            <text key={i} class="tick" x={x(i)} y={height - 8} text-anchor={i === ticks.length - 1 && i > 0 ? 'end' : i === 0 ? 'start' : 'middle'}>
              {text}
            </text>
          ) : null,
        )}
      </svg>
    </div>
  );
}

/** The least-squares line through the captures under load. */
function trend(values: (number | null)[], coolDown: number): { at(i: number): number } | null {
  const points = values.flatMap((value, i) => (value === null || i === coolDown ? [] : [[i, value] as const]));
  if (points.length < 3) return null;
  const [sx, sy] = [sum(points.map(([i]) => i)), sum(points.map(([, value]) => value))];
  const sxx = sum(points.map(([i]) => i * i));
  const sxy = sum(points.map(([i, value]) => i * value));
  const slope = (points.length * sxy - sx * sy) / (points.length * sxx - sx * sx);
  return { at: (i) => (sy - slope * sx) / points.length + slope * i };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The next round figure. */
function niceTop(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max));
  const step = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((one) => one * power >= max * 1.02) ?? 12;
  return step * power;
}
