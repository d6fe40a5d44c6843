import { count, duration, share } from "../format.ts";
import type { Span } from "../insights.ts";
import { t } from "../text/index.ts";
import { Notice } from "./basics.tsx";
import { Chart } from "./chart.tsx";

/** Tasks that ended, over time, by how they ended. */
export function ThroughputChart({ spans }: { spans: readonly Span[] }) {
  if (spans.length === 0) return <Notice>{t("insights.none")}</Notice>;
  return (
    <Chart
      hourly
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

/** Runtimes over time. */
export function RuntimeChart({ spans }: { spans: readonly Span[] }) {
  if (spans.length === 0) return <Notice>{t("insights.none")}</Notice>;
  return (
    <Chart
      hourly
      label={t("chart.runtime")}
      times={spans.map((span) => span.time)}
      of="duration"
      format={duration}
      series={[
        { label: "p50", color: "blue", values: spans.map((span) => span.p50) },
        { label: "p95", color: "violet", values: spans.map((span) => span.p95) },
      ]}
    />
  );
}

/** The share of tasks that failed, over time. */
export function FailureChart({ spans }: { spans: readonly Span[] }) {
  if (spans.length === 0) return <Notice>{t("insights.none")}</Notice>;
  const rates = spans.map(({ succeeded, failed }) => (succeeded + failed === 0 ? null : failed / (succeeded + failed)));
  return (
    <Chart
      hourly
      label={t("chart.failure_rate")}
      times={spans.map((span) => span.time)}
      of="share"
      format={share}
      series={[{ label: t("chart.failure_rate"), color: "red", values: rates }]}
    />
  );
}
