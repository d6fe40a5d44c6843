import { useEffect, useState } from "preact/hooks";
import { type ScheduleData, type Submission, get, post } from "../api.ts";
import { ahead, dated, duration } from "../format.ts";
import { Failure, Loading, Notice, PageHead, Time, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Status } from "../parts/status.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";

/** Milliseconds between two readings. */
const BEAT = 15_000;

/** What runs by itself: how it went last, when it comes next, and ways to stop it or have it run at once. */
export function SchedulesPage() {
  const { value, error, reload } = useLoad(
    async (signal) => (await get<{ schedules: ScheduleData[] }>("/schedules", signal)).schedules,
    [],
  );
  const [told, setTold] = useState<{ text: string; id: string } | null>(null);
  const [failed, setFailed] = useState<Error | null>(null);
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && reload(), BEAT);
    return () => clearInterval(timer);
  }, []);
  const act = async (schedule: ScheduleData, what: "run" | "pause" | "resume"): Promise<void> => {
    try {
      setFailed(null);
      const answer = await post<Partial<Submission>>(`/schedules/${schedule.name}/${what}`);
      if (answer.task_id !== undefined)
        setTold({ text: t("schedules.started", { task: schedule.task }), id: answer.task_id });
      reload();
    } catch (thrown) {
      setFailed(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  return (
    <>
      <PageHead title={t("nav.schedules")} sub={t("schedules.sub")} />
      {told !== null && (
        <p class="news" role="status">
          {told.text} <a href={linkTo("task", told.id)}>{t("action.open")}</a>
        </p>
      )}
      {(error ?? failed) !== null && <Failure error={error ?? failed ?? new Error("")} retry={reload} />}
      {value === null && error === null && <Loading />}
      {value?.length === 0 && <Notice>{t("schedules.none")}</Notice>}
      {value !== null && value.length > 0 && (
        <Table
          kind="schedules"
          label={t("nav.schedules")}
          columns={columns((schedule, what) => void act(schedule, what))}
          rows={value}
          keyOf={(schedule) => schedule.name}
        />
      )}
    </>
  );
}

type Act = (schedule: ScheduleData, what: "run" | "pause" | "resume") => void;

function columns(act: Act): Column<ScheduleData>[] {
  return [
    {
      title: t("task.task"),
      names: true,
      cell: (schedule) => (
        <>
          <a href={linkTo("registry", schedule.task)}>{schedule.task}</a>
          {schedule.args.length > 0 && <code class="muted"> {JSON.stringify(schedule.args).slice(1, -1)}</code>}
        </>
      ),
    },
    {
      title: t("schedules.when"),
      cell: (schedule) => (
        <>
          <code>{schedule.expression}</code> <span class="muted">{schedule.timezone}</span>
        </>
      ),
    },
    { title: t("schedules.last"), cell: (schedule) => <Last schedule={schedule} /> },
    { title: t("schedules.next"), cell: (schedule) => <Next schedule={schedule} /> },
    {
      title: t("queues.actions"),
      quiet: true,
      class: "c-actions",
      cell: (schedule) => <Actions schedule={schedule} act={act} />,
    },
  ];
}

function Last({ schedule: { last } }: { schedule: ScheduleData }) {
  if (last === null) return <span class="muted">{t("schedules.never")}</span>;
  return (
    <>
      <a href={linkTo("task", last.task_id)}>
        <Status status={last.status} />
      </a>{" "}
      <span class="muted">
        <Time at={last.done_at} /> {last.runtime !== null && duration(last.runtime)}
      </span>
      {last.error !== null && (
        <span class="error-text">
          {" "}
          {last.error.type}: {last.error.message}
        </span>
      )}
    </>
  );
}

function Next({ schedule: { next, paused_at: paused } }: { schedule: ScheduleData }) {
  if (paused !== null)
    return (
      <span class="status retry" title={t("schedules.paused_since", { time: dated(paused) })}>
        <Icon name="pause" />
        {t("schedules.paused")}
      </span>
    );
  const [first, ...later] = next;
  if (first === undefined) return <span class="muted">{t("schedules.unknown")}</span>;
  return (
    <details class="next-runs">
      <summary>
        {ahead(first, Date.now())} · {dated(first)}
      </summary>
      <ol>
        {later.map((time) => (
          <li key={time}>{dated(time)}</li>
        ))}
      </ol>
    </details>
  );
}

function Actions({ schedule, act }: { schedule: ScheduleData; act: Act }) {
  const { task: name, paused_at: paused } = schedule;
  return (
    <>
      <button type="button" aria-label={t("schedules.run_name", { name })} onClick={() => act(schedule, "run")}>
        <Icon name="play" />
        {t("action.run_now")}
      </button>
      <button
        type="button"
        aria-label={t(paused === null ? "schedules.pause_name" : "schedules.unpause_name", { name })}
        onClick={() => act(schedule, paused === null ? "pause" : "resume")}
      >
        <Icon name={paused === null ? "pause" : "retry"} />
        {t(paused === null ? "action.pause" : "action.unpause")}
      </button>
    </>
  );
}
