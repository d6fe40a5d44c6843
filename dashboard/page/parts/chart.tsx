import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { briefly } from "../format.ts";
import { languageOf, usePrefs } from "../prefs.ts";

/** Steps between marks: of counts, and of seconds. */
const STEPS = [1, 2, 5].flatMap((step) => Array.from({ length: 9 }, (_, power) => step * 10 ** power));
const SECONDS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600,
  7_200, 14_400, 43_200, 86_400,
];
const MARKS = { count: STEPS.toSorted((a, b) => a - b), duration: SECONDS, share: null };

/** One line, or row of bars, of a chart. */
export interface Series {
  readonly label: string;
  /** A colour by the name of its custom property: `green` is `--green`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly label: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** Bars stand on each other. @default lines */
  readonly bars?: boolean;
  readonly format: (value: number) => string;
  /** What values are: counts have no marks between whole numbers, durations have theirs at whole minutes. */
  readonly of: "count" | "duration" | "share";
  /** Seconds of which each value is. @default it is of a moment */
  readonly step?: number | undefined;
  /** The ends of the time that is shown, seconds since 1970. @default those of the values */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Pixels. @default 170 */
  readonly height?: number;
}

/** A chart over time. Its numbers are told in words as well: the latest of each series, under it. */
export function Chart({
  label,
  times,
  series,
  bars = false,
  format,
  of,
  step = 0,
  from,
  to,
  height = 170,
}: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { theme, language } = usePrefs();
  const data = dataOf(times, series, bars);
  // Read when it is drawn, so that time may go on without another plot.
  const ends = useRef({ from, to });
  ends.current = { from, to };
  const shape = `${step} ${bars} ${series.map((one) => one.label + one.color).join()} ${theme} ${language}`;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = new uPlot(
      optionsOf(series, { bars, format, of, step, ends, height, width: element.clientWidth }),
      data,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [times.at(-1), times.length, shape]);

  return (
    <figure class="chart">
      <div ref={host} role="img" aria-label={label} />
      <figcaption>
        {series.map(({ label: name, color, values }) => {
          const latest = values.findLast((value) => value !== null);
          return (
            <span key={name} class="key">
              <i style={{ background: `var(--${color})` }} />
              {name} <b>{latest === undefined || latest === null ? "–" : format(latest)}</b>
            </span>
          );
        })}
      </figcaption>
    </figure>
  );
}

/** Bars are drawn from the highest, so each is the sum of itself and those below. */
function dataOf(times: readonly number[], series: readonly Series[], bars: boolean): uPlot.AlignedData {
  const lines = series.map((one) => [...one.values]);
  if (!bars) return [[...times], ...lines];
  const sums = lines.map((_, at) =>
    times.map((_time, n) => lines.slice(at).reduce((sum, line) => sum + (line[n] ?? 0), 0)),
  );
  return [[...times], ...sums];
}

function optionsOf(
  series: readonly Series[],
  options: {
    bars: boolean;
    format: (value: number) => string;
    of: ChartProps["of"];
    step: number;
    ends: { readonly current: { readonly from: number | undefined; readonly to: number | undefined } };
    width: number;
    height: number;
  },
): uPlot.Options {
  const { bars, format, of, step, ends, width, height } = options;
  const marks = MARKS[of];
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: color("muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: color("line"), width: 1 },
    ticks: { show: false },
  };
  const paths = bars ? uPlot.paths.bars?.({ size: [0.8, 28] }) : undefined;
  return {
    width: Math.max(200, width),
    height,
    // The last mark stands half beyond the end of the axis.
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { range: (plot) => rangeOf(plot.data[0], step, ends.current) },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 70,
        values: (_plot, times) => times.map((time) => labelOf(time, times)),
      },
      {
        ...axis,
        size: 52,
        space: 32,
        ...(marks === null ? {} : { incrs: marks }),
        values: (_plot, values) => values.map(of === "duration" ? briefly : format),
      },
    ],
    series: [
      {},
      ...series.map((one) => ({
        label: one.label,
        stroke: color(one.color),
        width: bars ? 0 : 1.5,
        ...(bars ? { fill: color(one.color) } : {}),
        ...(paths === undefined ? {} : { paths }),
        points: { show: !bars && one.values.filter((value) => value !== null).length < 2 },
      })),
    ],
  };
}

/** Recorded hours show half a day at least, so that the first of them does not stand alone on an axis of its own. */
function rangeOf(
  times: ArrayLike<number>,
  step: number,
  { from, to }: { readonly from: number | undefined; readonly to: number | undefined },
): [number, number] {
  const low = times[0] ?? 0;
  const high = times[times.length - 1] ?? 0;
  if (from !== undefined && to !== undefined) return [from - step / 2, to + step / 2];
  // A bar stands in the middle of its span.
  return step > 0 ? [Math.min(low, high - 11 * step) - step / 2, high + step / 2] : [low, Math.max(high, low + 1)];
}

const DAY = 86_400;

/** A mark of the axis: the time of day, and the date as well where the axis has more than a day. */
function labelOf(time: number, all: readonly number[]): string {
  const isLong = (all.at(-1) ?? 0) - (all[0] ?? 0) > DAY;
  const date = new Date(time * 1000);
  return isLong ? date.toLocaleDateString(languageOf(), { month: "short", day: "numeric" }) : clock(time);
}

function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const end = date.getSeconds() === 0 ? "" : `:${two(date.getSeconds())}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}${end}`;
}
