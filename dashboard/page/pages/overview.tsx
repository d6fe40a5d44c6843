import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { briefly, count, share } from "../format.ts";
import { type Span, getInsights, spansOf } from "../insights.ts";
import { useLive, useSamples } from "../live.ts";
import { Failure, Loading, Notice, PageHead, Section, useLoad } from "../parts/basics.tsx";
import { FailureChart, RuntimeChart, ThroughputChart } from "../parts/insight-charts.tsx";
import { isFinal } from "../parts/status.tsx";
import { TaskTable } from "../parts/task-table.tsx";
import { linkTo } from "../router.ts";
import { mergeLook, search } from "../search.ts";
import { t } from "../text/index.ts";
import { AgeChart, DepthChart } from "./queues.tsx";

/** Tasks that each list of the page shows. */
const LIST = 8;
/** Milliseconds after which what is recorded is asked for again. */
const REREAD = 60_000;

/** The whole system at a glance. */
export function OverviewPage() {
  const [minute, setMinute] = useState(0);
  // What cannot be had yet is no error here: the page shows what there is.
  const insights = useLoad((signal) => getInsights(signal).catch(() => ({ tasks: [], series: [] })), [minute]);
  const samples = useSamples();
  const spans = spansOf(insights.value?.series ?? []);
  const latest = samples.at(-1);
  useLive({ queues: true }, () => {
    const now = Math.floor(Date.now() / REREAD);
    if (now !== minute) setMinute(now);
  });
  const queues = latest?.queues ?? [];
  const total = (of: (queue: (typeof queues)[number]) => number): number =>
    queues.reduce((sum, queue) => sum + of(queue), 0);
  const ages = Object.values(latest?.ages ?? {});
  return (
    <>
      <PageHead title={t("nav.overview")} />
      <div class="tiles">
        <Recorded spans={spans} />
        <Tile
          name={t("queues.waiting")}
          value={
            latest === undefined
              ? null
              : count(
                  total((queue) => queue.waiting),
                  true,
                )
          }
          link={linkTo("queues")}
        />
        <Tile
          name={t("queues.in_flight")}
          value={
            latest === undefined
              ? null
              : count(
                  total((queue) => queue.in_flight),
                  true,
                )
          }
          link={linkTo("queues")}
        />
        <Tile
          name={t("queues.oldest")}
          value={ages.length === 0 ? null : briefly(Math.max(...ages))}
          link={linkTo("queues")}
        />
        <Tile
          name={t("queues.dead")}
          value={
            latest === undefined
              ? null
              : count(
                  total((queue) => queue.dead),
                  true,
                )
          }
          alarm={total((queue) => queue.dead) > 0}
          link={linkTo("queues")}
        />
      </div>
      <div class="charts">
        <Section title={t("chart.throughput")}>
          {insights.value === null ? <Loading /> : <ThroughputChart spans={spans} />}
        </Section>
        <Section title={t("chart.runtime")}>
          {insights.value === null ? <Loading /> : <RuntimeChart spans={spans} />}
        </Section>
        <Section title={t("queues.depth_chart")}>
          <DepthChart samples={samples} />
        </Section>
        <Section title={t("queues.age_chart")}>
          <AgeChart samples={samples} />
        </Section>
        <Section title={t("chart.failure_rate")}>
          {insights.value === null ? <Loading /> : <FailureChart spans={spans} />}
        </Section>
        <Latest title={t("overview.failures")} status="FAILURE" none={t("overview.no_failures")} />
      </div>
      <Latest title={t("overview.latest")} none={t("tasks.none")} />
    </>
  );
}

/** What recorded runs of the last hour tell, in three numbers. */
function Recorded({ spans }: { spans: readonly Span[] }) {
  const hour = spans.filter((span) => span.time > Date.now() / 1000 - 3_600);
  const ended = hour.reduce((sum, span) => sum + span.succeeded + span.failed, 0);
  const failed = hour.reduce((sum, span) => sum + span.failed, 0);
  const p95 = hour.map((span) => span.p95 ?? 0);
  const none = hour.length === 0;
  return (
    <>
      <Tile
        name={t("overview.ended_hour")}
        value={none ? null : count(ended, true)}
        link={linkTo("tasks", "", { range: "1h" })}
      />
      <Tile
        name={t("chart.failure_rate")}
        value={none || ended === 0 ? null : share(failed / ended)}
        alarm={failed > 0}
        link={linkTo("tasks", "", { status: "FAILURE" })}
      />
      <Tile name={t("overview.p95")} value={none ? null : briefly(Math.max(...p95))} link={linkTo("insights")} />
    </>
  );
}

function Tile({
  name,
  value,
  link,
  alarm = false,
}: {
  name: string;
  value: string | null;
  link: string;
  alarm?: boolean;
}) {
  return (
    <a class={`tile ${alarm ? "alarm" : ""}`} href={link}>
      <span>{name}</span>
      <b>{value ?? "–"}</b>
    </a>
  );
}

function Latest({ title, status, none }: { title: string; status?: string; none: ComponentChildren }) {
  const { value, error, set, reload } = useLoad((signal) => search({ status }, LIST, undefined, signal), [status]);
  const tasks = value?.tasks ?? [];
  const open = tasks.filter((task) => !isFinal(task.status)).map((task) => task.task_id);
  useLive({ tasks: status === undefined, ids: open }, (look) => {
    if (value === null) return;
    const merged = mergeLook(tasks, look, (task) => status === undefined || task.status === status);
    if (merged !== tasks) set({ ...value, tasks: merged.slice(0, LIST) });
  });
  const all = <a href={linkTo("tasks", "", { status })}>{t("overview.all")}</a>;
  return (
    <Section title={title} aside={all} class={status === undefined ? "" : "short-list"}>
      {error !== null && <Failure error={error} retry={reload} />}
      {value === null && error === null && <Loading />}
      {value !== null && (tasks.length === 0 ? <Notice>{none}</Notice> : <TaskTable tasks={tasks} label={title} />)}
    </Section>
  );
}
