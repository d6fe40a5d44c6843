import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type PurgeAnswer, type Queue, type RedriveAnswer, post } from "../api.ts";
import { count, duration } from "../format.ts";
import { type Sample, useSamples } from "../live.ts";
import { Chart } from "../parts/chart.tsx";
import { Confirm, Loading, Notice, PageHead, Section } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Bar } from "../parts/status.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";

/** Queues that a chart has a line each for: those that hold the most. */
const LINES = 5;
const COLORS = ["blue", "green", "amber", "violet", "red"];

/** The queues: what they hold, for how long, and what is dead. */
export function QueuesPage() {
  const samples = useSamples();
  const [done, setDone] = useState("");
  const [asked, setAsked] = useState<{ queue: Queue; to: "redrive" | "purge" } | null>(null);
  const latest = samples.at(-1);
  return (
    <>
      <PageHead title={t("nav.queues")} sub={t("queues.sub")} />
      {done !== "" && (
        <p class="news" role="status">
          {done}
        </p>
      )}
      {latest === undefined ? (
        <Loading />
      ) : (
        <QueueTable sample={latest} onAsk={(queue, to) => setAsked({ queue, to })} />
      )}
      <div class="charts">
        <Section title={t("queues.depth_chart")}>
          <DepthChart samples={samples} />
        </Section>
        <Section title={t("queues.age_chart")}>
          <AgeChart samples={samples} />
        </Section>
      </div>
      {asked?.to === "redrive" && (
        <Confirm
          title={t("confirm.redrive", { name: asked.queue.name })}
          action={t("action.redrive")}
          onClose={() => setAsked(null)}
          onConfirm={async () => {
            const { redriven, ...before } = await post<RedriveAnswer>(`/queues/${asked.queue.name}/redrive`);
            setDone(t("queues.redriven", { count: count(redriven), ...told(before) }));
          }}
        >
          <p>{t("confirm.redrive_text", { count: count(asked.queue.dead) })}</p>
        </Confirm>
      )}
      {asked?.to === "purge" && (
        <Confirm
          title={t("confirm.purge", { name: asked.queue.name })}
          action={t("action.purge")}
          danger
          onClose={() => setAsked(null)}
          onConfirm={async () => {
            setDone(t("queues.purged", told(await post<PurgeAnswer>(`/queues/${asked.queue.name}/purge`))));
          }}
        >
          <p>{t("confirm.purge_text", { waiting: count(asked.queue.waiting), delayed: count(asked.queue.delayed) })}</p>
        </Confirm>
      )}
    </>
  );
}

/** What a queue holds, for a text. */
function told({ name, waiting, delayed }: PurgeAnswer) {
  return { name, waiting: count(waiting), delayed: count(delayed) };
}

/** Asks whether something is to be done to a queue. */
type OnAsk = (queue: Queue, to: "redrive" | "purge") => void;

function QueueTable({ sample, onAsk }: { sample: Sample; onAsk: OnAsk }) {
  return (
    <Table
      kind="queues"
      label={t("nav.queues")}
      columns={columns(sample, onAsk)}
      rows={sample.queues}
      keyOf={(queue) => queue.name}
    />
  );
}

function columns(sample: Sample, onAsk: OnAsk): Column<Queue>[] {
  const most = Math.max(1, ...sample.queues.map((queue) => queue.waiting + queue.in_flight + queue.delayed));
  const number = (title: string, cell: (queue: Queue) => ComponentChildren): Column<Queue> => ({
    title,
    number: true,
    titled: true,
    cell,
  });
  return [
    {
      title: t("queues.name"),
      names: true,
      cell: ({ name }) => <a href={linkTo("tasks", "", { queue: name })}>{name}</a>,
    },
    { title: "", class: "c-bar", decorates: true, cell: (queue) => <Load queue={queue} most={most} /> },
    number(t("queues.waiting"), (queue) => countOf(queue.waiting)),
    number(t("queues.in_flight"), (queue) => countOf(queue.in_flight)),
    number(t("queues.delayed"), (queue) => countOf(queue.delayed)),
    number(t("queues.oldest"), (queue) => {
      const age = ageOf(sample, queue.name);
      return age === null ? "–" : duration(age);
    }),
    { ...number(t("queues.dead"), (queue) => countOf(queue.dead)), class: (queue) => (queue.dead > 0 ? "dead" : "") },
    {
      title: t("queues.actions"),
      quiet: true,
      class: "c-actions",
      cell: (queue) => <Actions queue={queue} onAsk={onAsk} />,
    },
  ];
}

function countOf(value: number): ComponentChildren {
  return value > 0 ? count(value) : <span class="muted">0</span>;
}

function Load({ queue, most }: { queue: Queue; most: number }) {
  return (
    <Bar
      label={queue.name}
      total={most}
      parts={[
        ["started", queue.in_flight],
        ["pending", queue.waiting],
        ["retry", queue.delayed],
      ]}
    />
  );
}

function Actions({ queue, onAsk }: { queue: Queue; onAsk: OnAsk }) {
  return (
    <>
      <button
        type="button"
        disabled={queue.dead === 0}
        onClick={() => onAsk(queue, "redrive")}
        aria-label={t("queues.redrive_name", { name: queue.name })}
      >
        <Icon name="retry" />
        {t("action.redrive")}
      </button>
      <button
        type="button"
        class="danger"
        disabled={queue.waiting + queue.delayed === 0}
        onClick={() => onAsk(queue, "purge")}
        aria-label={t("queues.purge_name", { name: queue.name })}
      >
        <Icon name="ban" />
        {t("action.purge")}
      </button>
    </>
  );
}

/** Seconds for which a queue's oldest message has waited; null where that is not known, or nothing waits. */
function ageOf(sample: Sample, name: string): number | null {
  const queue = sample.queues.find((one) => one.name === name);
  const empty = queue === undefined || queue.waiting + queue.in_flight + queue.delayed === 0;
  return empty ? null : (sample.ages?.[name] ?? null);
}

type ValueOf = (sample: Sample, name: string) => number | null;

/** The names of the queues that a chart shows: those with the highest values, and none that never had any. */
function busiest(samples: readonly Sample[], valueOf: ValueOf): string[] {
  const names = samples.at(-1)?.queues.map((queue) => queue.name) ?? [];
  const peak = new Map(names.map((name) => [name, Math.max(...samples.map((sample) => valueOf(sample, name) ?? 0))]));
  const sorted = names.toSorted((a, b) => (peak.get(b) ?? 0) - (peak.get(a) ?? 0));
  return sorted.filter((name, at) => at === 0 || (peak.get(name) ?? 0) > 0).slice(0, LINES);
}

/** Messages of the fullest queues over time. */
export function DepthChart({ samples }: { samples: readonly Sample[] }) {
  const depthOf: ValueOf = (sample, name) => {
    const queue = sample.queues.find((one) => one.name === name);
    return queue === undefined ? null : queue.waiting + queue.in_flight + queue.delayed;
  };
  const format = (value: number): string => count(Math.round(value), true);
  return <QueueChart samples={samples} label={t("queues.depth_chart")} valueOf={depthOf} format={format} of="count" />;
}

/** How long the oldest messages have waited, over time. */
export function AgeChart({ samples }: { samples: readonly Sample[] }) {
  if (samples.length > 0 && samples.every((sample) => sample.ages === null))
    return <Notice>{t("queues.no_ages")}</Notice>;
  const waited: ValueOf = (sample, name) => (sample.ages === null ? null : (ageOf(sample, name) ?? 0));
  return (
    <QueueChart samples={samples} label={t("queues.age_chart")} valueOf={waited} format={duration} of="duration" />
  );
}

function QueueChart(props: {
  samples: readonly Sample[];
  label: string;
  valueOf: ValueOf;
  format: (value: number) => string;
  of: "count" | "duration";
}) {
  const { samples, label, valueOf, format, of } = props;
  if (samples.length < 2) return <Notice>{t("chart.soon")}</Notice>;
  const series = busiest(samples, valueOf).map((name, at) => ({
    label: name,
    color: COLORS[at] ?? "gray",
    values: samples.map((sample) => valueOf(sample, name)),
  }));
  return <Chart label={label} times={samples.map((sample) => sample.time)} series={series} format={format} of={of} />;
}
