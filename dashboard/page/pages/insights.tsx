import { bytes, count, dollars, duration, share } from "../format.ts";
import { type SizeClass, type TaskInsight, getInsights, spansOf } from "../insights.ts";
import { Refused } from "../api.ts";
import { Failure, Loading, Notice, PageHead, Section, useLoad } from "../parts/basics.tsx";
import { FailureChart, RuntimeChart, ThroughputChart } from "../parts/insight-charts.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { linkTo } from "../router.ts";
import { type TextKey, t } from "../text/index.ts";

const CLASSES: Readonly<Record<SizeClass, { readonly text: TextKey; readonly look: string }>> = {
  too_short: { text: "class.too_short", look: "retry" },
  short: { text: "class.short", look: "started" },
  best: { text: "class.best", look: "success" },
  long: { text: "class.long", look: "retry" },
  too_long: { text: "class.too_long", look: "failure" },
};

/** What recorded runs tell of each task: how long, how large, how dear, and what to make of it. */
export function InsightsPage({ subject }: { subject: string }) {
  const { value, error, reload } = useLoad(async (signal) => {
    try {
      return await getInsights(signal);
    } catch (thrown) {
      // A stage that was deployed before it recorded runs.
      if (thrown instanceof Refused && thrown.status === 404) return { tasks: [], series: [], failure_threshold: 1 };
      throw thrown;
    }
  }, []);
  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  const chosen = value.tasks.find((task) => task.task === subject);
  const spans = spansOf(value.series.filter((point) => subject === "" || point.task === subject));
  return (
    <>
      <PageHead title={subject === "" ? t("nav.insights") : subject} sub={t("insights.sub")}>
        {subject !== "" && (
          <a class="button" href={linkTo("insights")}>
            {t("insights.all")}
          </a>
        )}
      </PageHead>
      {value.tasks.length === 0 ? (
        <Notice>{t("insights.none")}</Notice>
      ) : chosen === undefined ? (
        <TasksTable tasks={value.tasks} />
      ) : (
        <Detail task={chosen} />
      )}
      {spans.length > 0 && (
        <div class="charts three">
          <Section title={t("chart.throughput")}>
            <ThroughputChart spans={spans} />
          </Section>
          <Section title={t("chart.runtime")}>
            <RuntimeChart spans={spans} />
          </Section>
          <Section title={t("chart.failure_rate")}>
            <FailureChart spans={spans} threshold={value.failure_threshold} />
          </Section>
        </div>
      )}
    </>
  );
}

/** Memory comes in MB. */
function megabytes(value: number | null): string {
  return bytes(value === null ? null : value * 1024 * 1024);
}

/** Runs, and successes, below which nobody knows how large a task is: what the API advises by. */
const ENOUGH = 20;

/** How large a task is, where enough of its runs tell. */
function Class({ of }: { of: TaskInsight }) {
  const isKnown = (of.runs >= ENOUGH && of.succeeded >= ENOUGH && of.failed <= of.runs / 2) || of.class === "too_long";
  if (!isKnown) return <span class="muted">{t("class.unknown")}</span>;
  const { text, look } = CLASSES[of.class];
  return <span class={`status ${look}`}>{t(text)}</span>;
}

function TasksTable({ tasks }: { tasks: readonly TaskInsight[] }) {
  const sorted = tasks.toSorted((a, b) => b.cost.total_usd - a.cost.total_usd || b.runs - a.runs);
  return (
    <Table kind="insights" label={t("nav.insights")} columns={columns()} rows={sorted} keyOf={(task) => task.task} />
  );
}

function columns(): Column<TaskInsight>[] {
  const number = (title: string, cell: (task: TaskInsight) => string): Column<TaskInsight> => ({
    title,
    number: true,
    titled: true,
    cell,
  });
  return [
    {
      title: t("task.task"),
      names: true,
      cell: ({ task }) => <a href={linkTo("insights", task)}>{task}</a>,
    },
    { title: t("insights.class"), cell: (task) => <Class of={task} /> },
    number(t("insights.runs"), (task) => count(task.runs, true)),
    number("p50", (task) => duration(task.runtime.p50)),
    number("p95", (task) => duration(task.runtime.p95)),
    number(t("insights.wait"), (task) => duration(task.queue_wait.p95)),
    number(t("chart.failure_rate"), (task) => share(task.runs === 0 ? 0 : task.failed / task.runs)),
    number(t("insights.memory"), (task) => megabytes(task.memory.max)),
    number(t("insights.cost"), (task) => dollars(task.cost.total_usd)),
  ];
}

function Detail({ task }: { task: TaskInsight }) {
  return (
    <div class="columns even">
      <Section title={t("insights.advice")} aside={<Class of={task} />}>
        {task.advice.length === 0 ? <p class="muted">{t("insights.no_advice")}</p> : null}
        <ul class="advice">
          {task.advice.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {task.chunk_size !== null && <p>{t("insights.chunk", { size: count(task.chunk_size) })}</p>}
      </Section>
      <Section title={t("insights.numbers")}>
        <dl class="facts">
          <dt>{t("insights.runs")}</dt>
          <dd>{count(task.runs)}</dd>
          <dt>{t("task.runtime")}</dt>
          <dd>
            p50 {duration(task.runtime.p50)} · p95 {duration(task.runtime.p95)} · max {duration(task.runtime.max)}
          </dd>
          <dt>{t("insights.queue_wait")}</dt>
          <dd>
            p50 {duration(task.queue_wait.p50)} · p95 {duration(task.queue_wait.p95)} · max{" "}
            {duration(task.queue_wait.max)}
          </dd>
          <dt>{t("insights.memory")}</dt>
          <dd>{megabytes(task.memory.max)}</dd>
          <dt>{t("insights.payload")}</dt>
          <dd>
            p95 {bytes(task.payload.p95)} · max {bytes(task.payload.max)}
          </dd>
          <dt>{t("insights.retry_rate")}</dt>
          <dd>{share(task.retry_rate)}</dd>
          <dt>{t("insights.cost")}</dt>
          <dd>
            {t("insights.cost_each", { total: dollars(task.cost.total_usd), each: dollars(task.cost.per_task_usd) })}
          </dd>
        </dl>
      </Section>
    </div>
  );
}
