import { useState } from "preact/hooks";
import { type GroupData, type State, type TaskData, get } from "../api.ts";
import { dated, duration } from "../format.ts";
import { useLive } from "../live.ts";
import { Failure, Loading, PageHead, Section, Time, WholeId, shortId, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Json } from "../parts/json.tsx";
import { Bar, Status, isFinal } from "../parts/status.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { Logs } from "./task-logs.tsx";
import { Actions } from "./task-actions.tsx";
import { Timeline } from "./task-timeline.tsx";

/** All that is known of a task or group. */
export function TaskPage({ id, hasLogs }: { id: string; hasLogs: boolean }) {
  const { value, error, reload } = useLoad(
    (signal) => get<TaskData | GroupData>(`/tasks/${encodeURIComponent(id)}`, signal),
    [id],
  );
  const [live, setLive] = useState<State | null>(null);
  const ended = value !== null && isFinal(value.status);
  useLive({ ids: value === null || ended ? [] : [id] }, (look) => {
    const state = look.states.find((one) => one.task_id === id);
    if (state === undefined || value === null) return;
    const seen = live ?? value;
    if (seen.status !== state.status || ("retries" in seen && seen.retries !== state.retries)) reload();
    setLive(state);
  });
  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  return value.kind === "group" ? (
    <GroupView group={value} live={live} />
  ) : (
    <TaskView task={value} live={live} reload={reload} hasLogs={hasLogs} />
  );
}

function TaskView(props: { task: TaskData; live: State | null; reload: () => void; hasLogs: boolean }) {
  const { task, live, reload, hasLogs } = props;
  const status = live !== null && !isFinal(task.status) ? live.status : task.status;
  const progress = live?.progress ?? task.progress;
  return (
    <>
      <PageHead
        title={task.task}
        sub={
          <>
            <Status status={status} /> <WholeId id={task.task_id} />
          </>
        }
      >
        <Actions task={task} status={status} reload={reload} />
      </PageHead>
      <div class="columns">
        <div class="wide">
          {progress !== null && <Progress progress={progress} done={isFinal(status)} />}
          {task.error !== null && (
            <Section
              title={t(status === "RETRY" ? "task.will_retry" : "task.error")}
              class={status === "RETRY" ? "retried" : "failed"}
            >
              {status === "RETRY" && (
                <p class="muted">{t("task.retry_why", { attempt: task.retries, next: task.retries + 1 })}</p>
              )}
              <p>
                <b>{task.error.type}</b> {task.error.message}
              </p>
              <Causes error={task.error} />
              {task.error.task_id !== task.task_id && (
                <p class="muted">
                  <a href={linkTo("task", task.error.task_id)}>{t("error.failed_task")}</a>{" "}
                  <code>{shortId(task.error.task_id)}</code>
                </p>
              )}
            </Section>
          )}
          <Section title={t("task.arguments")}>
            <Arguments task={task} />
          </Section>
          <Section title={t("task.result")}>
            <Result task={task} status={status} />
          </Section>
          <Logs task={task} status={status} has={hasLogs} />
        </div>
        <div class="narrow">
          <Section title={t("task.timeline")}>
            <Timeline events={task.events} retries={task.retries} />
          </Section>
          <Section title={t("task.facts")}>
            <Facts task={task} />
          </Section>
          {Object.keys(task.options).length > 0 && (
            <Section title={t("task.options")}>
              <Json value={task.options} label={t("task.options")} />
            </Section>
          )}
        </div>
      </div>
    </>
  );
}

type Described = Pick<NonNullable<TaskData["error"]>, "type" | "message" | "cause" | "errors">;

/** What an error was caused by, one below the other. */
function Causes({ error }: { error: Described }) {
  const inner = [...(error.cause === undefined ? [] : [error.cause]), ...(error.errors ?? [])];
  if (inner.length === 0) return null;
  return (
    <ul class="causes">
      {inner.map((one, at) => (
        <li key={at}>
          <span class="muted">{t("error.cause")}</span> <b>{one.type}</b> {one.message}
          <Causes error={one} />
        </li>
      ))}
    </ul>
  );
}

function Progress({ progress, done }: { progress: NonNullable<TaskData["progress"]>; done: boolean }) {
  const { current, total, message } = progress;
  return (
    <Section title={t("task.progress")} aside={<span class="muted">{`${current} / ${total}`}</span>}>
      <progress
        max={Math.max(1, total)}
        value={current}
        aria-label={t("task.progress")}
        class={done ? "done" : undefined}
      />
      {message !== null && <p class="muted">{message}</p>}
    </Section>
  );
}

function Arguments({ task }: { task: TaskData }) {
  if (task.args_url !== undefined) return <Large says={t("task.args_large")} url={task.args_url} />;
  return (
    <>
      <Json value={task.args} label={t("task.args")} />
      {Object.keys(task.kwargs ?? {}).length > 0 && <Json value={task.kwargs} label={t("task.kwargs")} />}
    </>
  );
}

/** What the answer left out for its size. */
function Large({ says, url }: { says: string; url: string }) {
  return (
    <p>
      {says}{" "}
      <a href={url} target="_blank" rel="noreferrer">
        {t("task.open_large")}
      </a>
    </p>
  );
}

function Result({ task, status }: { task: TaskData; status: string }) {
  if (status !== "SUCCESS")
    return <p class="muted">{isFinal(status) ? t("task.no_result") : t("task.no_result_yet")}</p>;
  if (task.result_url !== undefined) return <Large says={t("task.result_large")} url={task.result_url} />;
  return <Json value={task.result} label={t("task.result")} />;
}

function Facts({ task }: { task: TaskData }) {
  const waited = task.started_at === null ? null : (Date.parse(task.started_at) - Date.parse(task.created_at)) / 1000;
  return (
    <dl class="facts">
      <dt>{t("task.queue")}</dt>
      <dd>
        <a href={linkTo("tasks", "", { queue: task.queue })}>{task.queue}</a>
      </dd>
      <dt>{t("task.created")}</dt>
      <dd>
        <time dateTime={task.created_at}>{dated(task.created_at)}</time>
      </dd>
      <dt>{t("task.started")}</dt>
      <dd>
        <Time at={task.started_at} exact />
      </dd>
      <dt>{t("task.ended")}</dt>
      <dd>
        <Time at={task.done_at} exact />
      </dd>
      <dt>{t("task.waited")}</dt>
      <dd>{duration(waited)}</dd>
      <dt>{t("task.runtime")}</dt>
      <dd>{duration(task.runtime)}</dd>
      <dt>{t("task.retries")}</dt>
      <dd>{task.retries}</dd>
      <Related name={t("task.root")} id={task.root_id === task.task_id ? null : task.root_id} />
      <Related name={t("task.parent")} id={task.parent_id} />
      <Related
        name={t("task.group")}
        id={task.group_id}
        note={task.group_index === null ? "" : ` #${task.group_index}`}
      />
      {task.children.length > 0 && (
        <>
          <dt>{t("task.children")}</dt>
          <dd>
            {task.children.slice(0, 20).map((child) => (
              <a key={child} href={linkTo("task", child)} class="id">
                {shortId(child)}
              </a>
            ))}
            {task.children.length > 20 && ` +${task.children.length - 20}`}
          </dd>
        </>
      )}
    </dl>
  );
}

function Related({ name, id, note = "" }: { name: string; id: string | null; note?: string }) {
  if (id === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <a class="id" href={linkTo("task", id)}>
          {shortId(id)}
        </a>
        {note}
      </dd>
    </>
  );
}

function GroupView({ group, live }: { group: GroupData; live: State | null }) {
  const completed = live?.completed ?? group.completed;
  const failed = live?.failed ?? group.failed;
  const label = t("group.counts", { completed, failed, total: group.total });
  return (
    <>
      <PageHead
        title={t("group.title")}
        sub={
          <>
            <Status status={live?.status ?? group.status} /> <WholeId id={group.task_id} />
          </>
        }
      >
        <a class="button" href={linkTo("canvas", group.task_id)}>
          <Icon name="graph" />
          {t("task.workflow")}
        </a>
      </PageHead>
      <Section title={t("group.members")} aside={<span class="muted">{label}</span>}>
        <Bar
          parts={[
            ["success", completed],
            ["failure", failed],
          ]}
          total={group.total}
          label={label}
        />
        <ul class="members">
          {group.children.slice(0, 200).map((child) => (
            <li key={child.task_id}>
              <a href={linkTo("task", child.task_id)}>{shortId(child.task_id)}</a> <Status status={child.status} />
            </li>
          ))}
        </ul>
        {group.total > 200 && <a href={linkTo("canvas", group.task_id)}>{t("group.all_members")}</a>}
      </Section>
      {group.error !== null && (
        <Section title={t("task.error")} class="failed">
          <p>
            <b>{group.error.type}</b> {group.error.message}{" "}
            <a href={linkTo("task", group.error.task_id)}>{shortId(group.error.task_id)}</a>
          </p>
        </Section>
      )}
      {group.result !== null && group.result !== undefined && (
        <Section title={t("task.result")}>
          <Json value={group.result} label={t("task.result")} />
        </Section>
      )}
    </>
  );
}
