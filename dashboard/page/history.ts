import { type History, get } from "./api.ts";
import { type Span, getInsights, spansOf } from "./insights.ts";
import type { Sample } from "./live.ts";

/** How far back the overview looks. */
export const RANGES = ["15m", "1h", "24h", "7d"] as const;

export type Range = (typeof RANGES)[number];

/** Minutes of each range, and of one span of its charts. */
const MINUTES: Readonly<Record<Exclude<Range, "7d">, readonly [number, number]>> = {
  "15m": [15, 1],
  "1h": [60, 1],
  "24h": [1_440, 15],
};

/** What a stage has recorded of some time. */
export interface Recorded {
  readonly spans: readonly Span[];
  /** Seconds of one span, and the ends of the time, seconds since 1970. */
  readonly step: number;
  readonly from: number;
  readonly to: number;
  /** Whether percentiles are known; of minutes there are means alone. */
  readonly exact: boolean;
  readonly samples: readonly Sample[];
  readonly threshold: number;
  readonly tasks: readonly { task: string; succeeded: number; failed: number; mean: number | null }[];
}

/** What is recorded of a range: minutes of the last day, and hours of a week. */
export async function getRecorded(range: Range, signal: AbortSignal): Promise<Recorded> {
  return range === "7d" ? weekOf(signal) : minutesOf(...MINUTES[range], signal);
}

async function weekOf(signal: AbortSignal): Promise<Recorded> {
  const { tasks, series, failure_threshold } = await getInsights(signal, 168);
  const to = Date.now() / 1000;
  return {
    spans: spansOf(series),
    step: 3_600,
    from: to - 7 * 86_400,
    to,
    exact: true,
    samples: [],
    threshold: failure_threshold,
    tasks: tasks
      .map(({ task, succeeded, failed, runtime }) => ({ task, succeeded, failed, mean: runtime.mean }))
      .toSorted(busiest),
  };
}

async function minutesOf(minutes: number, each: number, signal: AbortSignal): Promise<Recorded> {
  const history = await get<History>(`/history?minutes=${minutes}`, signal);
  const step = each * 60;
  const bySpan = Map.groupBy(history.minutes, ({ time }) => Math.floor(Date.parse(time) / 1000 / step) * step);
  return {
    spans: [...bySpan].map(([time, group]) => spanOf(time, group)).toSorted((a, b) => a.time - b.time),
    step,
    from: Date.parse(history.since) / 1000,
    to: Date.parse(history.until) / 1000,
    exact: false,
    samples: history.samples.map(sampleOf),
    threshold: history.failure_threshold,
    tasks: [...Map.groupBy(history.minutes, ({ task }) => task)]
      .map(([task, group]) => {
        const { succeeded, failed, p50 } = spanOf(0, group);
        return { task, succeeded, failed, mean: p50 };
      })
      .toSorted(busiest),
  };
}

function busiest(a: { succeeded: number; failed: number }, b: { succeeded: number; failed: number }): number {
  return b.succeeded + b.failed - a.succeeded - a.failed;
}

function spanOf(time: number, minutes: History["minutes"]): Span {
  const total = (of: (minute: History["minutes"][number]) => number): number =>
    minutes.reduce((sum, minute) => sum + of(minute), 0);
  const runs = total(({ succeeded, failed, retried }) => succeeded + failed + retried);
  const ran = total((one) => one.runtime_mean * (one.succeeded + one.failed + one.retried));
  return {
    time,
    succeeded: total(({ succeeded }) => succeeded),
    failed: total(({ failed }) => failed),
    retried: total(({ retried }) => retried),
    p50: runs === 0 ? null : ran / runs,
    p95: null,
  };
}

function sampleOf({ time, queues }: History["samples"][number]): Sample {
  const ages = queues.flatMap(({ name, age }) => (age === null ? [] : [[name, age] as const]));
  return {
    time: Date.parse(time) / 1000,
    queues: queues.map((queue) => ({ ...queue, dead: 0 })),
    ages: ages.length === 0 ? null : Object.fromEntries(ages),
  };
}
