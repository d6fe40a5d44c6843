import { count, duration, share } from "../format.ts";
import type { Span } from "../insights.ts";
import { t } from "../text/index.ts";
import { Notice } from "./basics.tsx";
import { Chart } from "./chart.tsx";

/** Spans of time, and the time that they are of. */
export interface Charted {
  readonly spans: readonly Span[];
  /** Seconds of one span. @default an hour */
  readonly step?: number;
  /** The ends of the time that is shown, seconds since 1970. @default those of the spans */
  readonly from?: number;
  readonly to?: number;
  /** The failure rate from which on it is worth a look. @default none is shown */
  readonly threshold?: number;
}

const HOUR = 3_600;

/** Tasks that ended, over time, by how they ended. */
export function ThroughputChart({ spans, step = HOUR, from, to }: Charted) {
  if (spans.length === 0) return <Notice>{t("insights.none")}</Notice>;
  return (
    <Chart
      step={step}
      from={from}
      to={to}
      label={t("chart.throughput")}
      bars
      of="count"
      times={spans.map((span) => span.time)}
      format={(value) => count(Math.round(value), true)}
      series={[
        { label: t("chart.succeeded"), color: "green", values: spans.map((span) => span.succeeded) },
        { label: t("chart.retried"), color: "amber", values: spans.map((span) => span.retried) },
        { label: t("chart.failed"), color: "red", values: spans.map((span) => span.failed) },
      ]}
    />
  );
}

/** Runtimes over time: of hours two percentiles, of minutes the mean. */
export function RuntimeChart({ spans, step = HOUR, from, to }: Charted) {
  if (spans.length === 0) return <Notice>{t("insights.none")}</Notice>;
  const hasPercentiles = spans.some((span) => span.p95 !== null);
  return (
    <Chart
      step={step}
      from={from}
      to={to}
      label={t("chart.runtime")}
      times={spans.map((span) => span.time)}
      of="duration"
      format={duration}
      series={[
        {
          label: hasPercentiles ? "p50" : t("overview.mean"),
          color: "blue",
          values: spans.map((span) => span.p50),
        },
        ...(hasPercentiles ? [{ label: "p95", color: "violet", values: spans.map((span) => span.p95) }] : []),
      ]}
    />
  );
}

/** The share of tasks that failed, over time. */
export function FailureChart({ spans, step = HOUR, from, to, threshold }: Charted) {
  if (spans.length === 0) return <Notice>{t("insights.none")}</Notice>;
  // The threshold is a line from one end of the time to the other, however few spans there are.
  const times = [from ?? [], spans.map((span) => span.time), to ?? []].flat();
  const rateAt = new Map(spans.map(({ time, succeeded, failed }) => [time, failed / (succeeded + failed)] as const));
  const rates = times.map((time) => {
    const rate = rateAt.get(time);
    return rate === undefined || Number.isNaN(rate) ? null : rate;
  });
  const bound =
    threshold === undefined
      ? []
      : [{ label: t("overview.threshold"), color: "gray", values: times.map(() => threshold) }];
  return (
    <Chart
      step={step}
      from={from}
      to={to}
      label={t("chart.failure_rate")}
      times={times}
      of="share"
      format={share}
      series={[{ label: t("chart.failure_rate"), color: "red", values: rates }, ...bound]}
    />
  );
}
