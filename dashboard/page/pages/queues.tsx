import { useState } from "preact/hooks";
import { type Queue, post } from "../api.ts";
import { count, duration } from "../format.ts";
import { type Sample, useSamples } from "../live.ts";
import { Chart } from "../parts/chart.tsx";
import { Confirm, Loading, Notice, PageHead, Section } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Bar } from "../parts/status.tsx";
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
      {latest === undefined ? <Loading /> : <Table sample={latest} onAsk={(queue, to) => setAsked({ queue, to })} />}
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
            const answer = await post<{ redriven: number }>(`/queues/${asked.queue.name}/redrive`);
            setDone(t("queues.redriven", { count: count(answer.redriven), name: asked.queue.name }));
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
            await post(`/queues/${asked.queue.name}/purge`);
            setDone(t("queues.purged", { name: asked.queue.name }));
          }}
        >
          <p>{t("confirm.purge_text")}</p>
        </Confirm>
      )}
    </>
  );
}

function Table({ sample, onAsk }: { sample: Sample; onAsk: (queue: Queue, to: "redrive" | "purge") => void }) {
  const most = Math.max(1, ...sample.queues.map((queue) => queue.waiting + queue.in_flight + queue.delayed));
  return (
    <div class="table-wrap">
      <table class="queues">
        <caption class="visually-hidden">{t("nav.queues")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("queues.name")}</th>
            <th scope="col" class="c-bar" aria-hidden="true" />
            <th scope="col" class="number">
              {t("queues.waiting")}
            </th>
            <th scope="col" class="number">
              {t("queues.in_flight")}
            </th>
            <th scope="col" class="number">
              {t("queues.delayed")}
            </th>
            <th scope="col" class="number">
              {t("queues.oldest")}
            </th>
            <th scope="col" class="number">
              {t("queues.dead")}
            </th>
            <th scope="col">
              <span class="visually-hidden">{t("queues.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sample.queues.map((queue) => (
            <tr key={queue.name}>
              <th scope="row">
                <a href={linkTo("tasks", "", { queue: queue.name })}>{queue.name}</a>
              </th>
              <td class="c-bar" aria-hidden="true">
                <Bar
                  label={queue.name}
                  total={most}
                  parts={[
                    ["started", queue.in_flight],
                    ["pending", queue.waiting],
                    ["retry", queue.delayed],
                  ]}
                />
              </td>
              <Cell label={t("queues.waiting")} value={queue.waiting} />
              <Cell label={t("queues.in_flight")} value={queue.in_flight} />
              <Cell label={t("queues.delayed")} value={queue.delayed} />
              <td class="number" data-label={t("queues.oldest")}>
                {ageOf(sample, queue.name) === null ? "–" : duration(ageOf(sample, queue.name))}
              </td>
              <td class={`number ${queue.dead > 0 ? "dead" : ""}`} data-label={t("queues.dead")}>
                {queue.dead > 0 ? count(queue.dead) : <span class="muted">0</span>}
              </td>
              <td class="c-actions">
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
                  disabled={queue.waiting === 0}
                  onClick={() => onAsk(queue, "purge")}
                  aria-label={t("queues.purge_name", { name: queue.name })}
                >
                  <Icon name="ban" />
                  {t("action.purge")}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ label, value }: { label: string; value: number }) {
  return (
    <td class="number" data-label={label}>
      {value > 0 ? count(value) : <span class="muted">0</span>}
    </td>
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
