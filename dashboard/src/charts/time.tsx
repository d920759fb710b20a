// Figures over time, drawn by uPlot. The chart is for the eye; what it shows is said in words beside it.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import { clock } from '../format';
import { colour, colours } from '../theme';

/** Seconds between two ticks: whole ones, as clocks show them. */
const STEPS = [1, 2, 5, 10, 15, 30, ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60), ...[1, 2, 3, 6, 12, 24, 48].map((hours) => hours * 3600)];

export interface Series {
  label: string;
  /** A colour of the style sheet. */
  colour: string;
  values: (number | null)[];
  width?: number;
  dash?: number[];
  /** Filled down to zero. */
  fill?: boolean;
  stepped?: boolean;
}

export interface TimeMark {
  at: number;
  label: string;
  colour: string;
}

interface Props {
  label: string;
  /** Milliseconds since 1970. */
  at: number[];
  series: Series[];
  marks?: TimeMark[];
  show: (value: number) => string;
  height: number;
  /** Charts with the same key share a cursor. */
  sync?: string;
}

export function TimeChart({ label, at, series, marks = [], show, height, sync }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latestMarks = useRef(marks);
  latestMarks.current = marks;
  const shape = series.map((one) => one.label).join();
  const palette = colours.value;

  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const options = describe(series, latestMarks, show, current.clientWidth, height, sync);
    const plot = new uPlot(options, data(at, series), current);
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }));
    resize.observe(current);
    return () => {
      resize.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [shape, palette, height]);
  useEffect(() => chart.current?.setData(data(at, series)), [at, series, marks]);

  return <div class="chart" role="img" aria-label={label} ref={box} style={{ minHeight: `${height}px` }} />;
}

function data(at: number[], series: Series[]): uPlot.AlignedData {
  return [at.map((ms) => ms / 1000), ...series.map(({ values }) => values)];
}

function describe(series: Series[], marks: { current: TimeMark[] }, show: (value: number) => string, width: number, height: number, sync?: string): uPlot.Options {
  const [ink, grid] = [colour('muted'), colour('hairline')];
  const font = '11px system-ui, sans-serif';
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    legend: { live: true },
    padding: [10, 24, 0, 0],
    cursor: { drag: { x: true, y: false }, points: { size: 6 }, ...(sync === undefined ? {} : { sync: { key: sync } }) },
    scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((seconds) => clock(seconds * 1000)), incrs: STEPS, space: 80, size: 26 },
      { ...axis, values: (_, ticks) => ticks.map(show), size: 62, space: 36 },
    ],
    series: [
      { label: 'time', value: (_, seconds) => (seconds === null ? '–' : clock(seconds * 1000)) },
      ...series.map(({ label, colour: name, width: line = 1.5, dash, fill, stepped }): uPlot.Series => ({
        label,
        stroke: colour(name),
        width: line,
        points: { show: false },
        spanGaps: true,
        value: (plot, value, i, at) => figure(at === null ? latest(plot.data[i]) : value, show),
        ...(dash === undefined ? {} : { dash }),
        ...(fill === true ? { fill: colour(`${name}-soft`) } : {}),
        ...(stepped === true && uPlot.paths.stepped !== undefined ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
      })),
    ],
    hooks: { draw: [(plot) => drawMarks(plot, marks.current)] },
  };
}

/** What the legend says while nobody points at a time. */
function latest(values: uPlot.AlignedData[number] | undefined): number | null {
  return Array.from(values ?? []).findLast((value) => typeof value === 'number') ?? null;
}

function figure(value: number | null, show: (value: number) => string): string {
  return value === null ? '–' : show(value);
}

function drawMarks(plot: uPlot, marks: TimeMark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  for (const { at, colour: name } of marks) {
    const x = plot.valToPos(at / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const tone = colour(name);
    ctx.strokeStyle = tone;
    ctx.fillStyle = tone;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    const size = 4 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top);
    ctx.lineTo(x + size, bbox.top);
    ctx.lineTo(x, bbox.top + 1.5 * size);
    ctx.fill();
  }
  ctx.restore();
}
