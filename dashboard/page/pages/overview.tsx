import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { History } from "../api.ts";
import { briefly, count, duration, share } from "../format.ts";
import { type Range, RANGES, type Recorded, getRecorded } from "../history.ts";
import type { Span } from "../insights.ts";
import { useLive, useSamples } from "../live.ts";
import { Failure, Loading, Notice, PageHead, Section, useLoad } from "../parts/basics.tsx";
import { FailureChart, RuntimeChart, ThroughputChart } from "../parts/insight-charts.tsx";
import { isFinal } from "../parts/status.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { TaskTable } from "../parts/task-table.tsx";
import { go, linkTo } from "../router.ts";
import { mergeLook, search } from "../search.ts";
import { type TextKey, t } from "../text/index.ts";
import { AgeChart, DepthChart } from "./queues.tsx";

/** Tasks that each list of the page shows. */
const LIST = 8;
/** Milliseconds after which what is recorded is asked for again. */
const REREAD = 15_000;

const RANGE_TEXTS: Readonly<Record<Range, TextKey>> = {
  "15m": "range.15m",
  "1h": "range.1h",
  "24h": "range.24h",
  "7d": "range.7d",
};

function rangeOf(text: string | undefined): Range {
  return RANGES.find((one) => one === text) ?? "1h";
}

/** The whole system at a glance. */
export function OverviewPage({ query }: { query: Readonly<Record<string, string>> }) {
  const range = rangeOf(query["range"]);
  const recorded = useLoad((signal) => getRecorded(range, signal), [range]);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && recorded.reload(), REREAD);
    return () => clearInterval(timer);
  }, [range]);
  const samples = useSamples();
  const { value, error } = recorded;
  return (
    <>
      <PageHead title={t("nav.overview")}>
        <div class="chips" role="group" aria-label={t("overview.range")}>
          {RANGES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === range}
              onClick={() => go(linkTo("overview", "", { range: one }), true)}
            >
              {t(RANGE_TEXTS[one])}
            </button>
          ))}
        </div>
      </PageHead>
      {error !== null && <Failure error={error} retry={recorded.reload} />}
      <Tiles recorded={value} range={range} />
      <div class="charts">
        <Section title={t("chart.throughput")}>
          {charted(value, error, (one) => (
            <ThroughputChart {...one} />
          ))}
        </Section>
        <Section title={t("chart.runtime")}>
          {charted(value, error, (one) => (
            <RuntimeChart {...one} />
          ))}
        </Section>
        <Section title={t("chart.failure_rate")}>
          {charted(value, error, (one) => (
            <FailureChart {...one} />
          ))}
        </Section>
        <Section title={t("queues.depth_chart")}>
          {value === null ? (
            error === null && <Loading />
          ) : value.samples.length > 1 ? (
            <DepthChart samples={value.samples} />
          ) : samples.length > 1 ? (
            <DepthChart samples={samples} />
          ) : (
            <Notice>{t("overview.no_samples")}</Notice>
          )}
        </Section>
        <Section title={t("overview.by_task")} class="short-list">
          {value === null ? error === null && <Loading /> : <ByTask tasks={value.tasks} threshold={value.threshold} />}
        </Section>
        {value !== null && value.samples.some((sample) => sample.ages !== null) ? (
          <Section title={t("queues.age_chart")}>
            <AgeChart samples={value.samples} />
          </Section>
        ) : (
          <Latest title={t("overview.failures")} status="FAILURE" none={t("overview.no_failures")} />
        )}
      </div>
      <Latest title={t("overview.latest")} none={t("tasks.none")} />
    </>
  );
}

/** A chart of what was recorded; that nothing has ended is another thing than that nobody knows yet. */
function charted(value: Recorded | null, error: Error | null, draw: (recorded: Recorded) => ComponentChildren) {
  if (value === null) return error === null ? <Loading /> : null;
  return value.spans.length === 0 ? <Notice>{t("overview.no_runs")}</Notice> : draw(value);
}

function Tiles({ recorded, range }: { recorded: Recorded | null; range: Range }) {
  const samples = useSamples();
  const latest = samples.at(-1);
  const queues = latest?.queues ?? [];
  const total = (of: (queue: (typeof queues)[number]) => number): string | null =>
    latest === undefined
      ? null
      : count(
          queues.reduce((sum, queue) => sum + of(queue), 0),
          true,
        );
  const sum = (of: "succeeded" | "failed"): number => (recorded?.spans ?? []).reduce((all, span) => all + span[of], 0);
  const [failed, ended] = [sum("failed"), sum("failed") + sum("succeeded")];
  const rate = ended === 0 ? null : failed / ended;
  const runtime = recorded === null ? null : recorded.exact ? slowestOf(recorded.spans) : meanOf(recorded.spans);
  const ages = Object.values(latest?.ages ?? {}).filter((age) => age > 0);
  const dead = queues.reduce((all, queue) => all + queue.dead, 0);
  return (
    <div class="tiles">
      <Tile
        name={t("overview.ended")}
        value={recorded === null ? null : count(ended, true)}
        link={linkTo("tasks", "", { range })}
      />
      <Tile
        name={t("chart.failure_rate")}
        value={rate === null ? null : share(rate)}
        alarm={rate !== null && rate > (recorded?.threshold ?? 1)}
        note={recorded === null ? undefined : t("overview.above", { threshold: share(recorded.threshold) })}
        link={linkTo("tasks", "", { status: "FAILURE", range })}
      />
      <Tile
        name={t(recorded?.exact === true ? "overview.p95" : "overview.mean")}
        value={runtime === null ? null : briefly(runtime)}
        link={linkTo("insights")}
      />
      <Tile name={t("queues.waiting")} value={total((queue) => queue.waiting)} link={linkTo("queues")} />
      <Tile name={t("queues.in_flight")} value={total((queue) => queue.in_flight)} link={linkTo("queues")} />
      <Tile
        name={t("queues.oldest")}
        value={ages.length === 0 ? null : briefly(Math.max(...ages))}
        link={linkTo("queues")}
      />
      <Tile name={t("queues.dead")} value={total((queue) => queue.dead)} alarm={dead > 0} link={linkTo("queues")} />
    </div>
  );
}

/** The highest 95th percentile of any span, in seconds; null where nothing was timed. */
function slowestOf(spans: readonly Span[]): number | null {
  const slowest = spans.flatMap((span) => span.p95 ?? []);
  return slowest.length === 0 ? null : Math.max(...slowest);
}

/** The mean runtime of all attempts, in seconds; null where there were none. */
function meanOf(spans: readonly Span[]): number | null {
  const timed = spans.flatMap(({ p50: mean, succeeded, failed, retried }) =>
    mean === null ? [] : [{ mean, runs: succeeded + failed + retried }],
  );
  const runs = timed.reduce((sum, span) => sum + span.runs, 0);
  return runs === 0 ? null : timed.reduce((sum, span) => sum + span.mean * span.runs, 0) / runs;
}

function Tile(props: {
  name: string;
  value: string | null;
  link: string;
  alarm?: boolean;
  /** Why it is alarming. */
  note?: string | undefined;
}) {
  return (
    <a class={`tile ${props.alarm === true ? "alarm" : ""}`} href={props.link}>
      <span>{props.name}</span>
      <b>{props.value ?? "–"}</b>
      {props.alarm === true && props.note !== undefined && <small>{props.note}</small>}
    </a>
  );
}

type TaskCount = Recorded["tasks"][number];

function ByTask({ tasks, threshold }: { tasks: readonly TaskCount[]; threshold: History["failure_threshold"] }) {
  if (tasks.length === 0) return <Notice>{t("overview.no_runs")}</Notice>;
  const number = (title: string, cell: (task: TaskCount) => ComponentChildren): Column<TaskCount> => ({
    title,
    number: true,
    titled: true,
    cell,
  });
  return (
    <Table
      kind="insights by-task"
      label={t("overview.by_task")}
      keyOf={(task) => task.task}
      rows={tasks.slice(0, LIST)}
      columns={[
        { title: t("task.task"), names: true, cell: ({ task }) => <a href={linkTo("insights", task)}>{task}</a> },
        number(t("overview.ended"), (task) => count(task.succeeded + task.failed, true)),
        number(t("chart.failure_rate"), (task) => {
          const rate = task.failed / Math.max(1, task.succeeded + task.failed);
          return <span class={rate > threshold ? "error-text" : ""}>{share(rate)}</span>;
        }),
        number(t("overview.mean"), (task) => duration(task.mean)),
      ]}
    />
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
