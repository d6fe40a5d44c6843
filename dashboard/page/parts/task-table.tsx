import type { TaskRow } from "../api.ts";
import { duration } from "../format.ts";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { Time, shortId } from "./basics.tsx";
import { Status } from "./status.tsx";
import { type Column, Table } from "./table.tsx";

/** Tasks, one a row. A click anywhere in a row opens the task; the keyboard has its link. */
export function TaskTable(props: { tasks: readonly TaskRow[]; label: string; fresh?: ReadonlySet<string> }) {
  const { tasks, label, fresh } = props;
  return (
    <Table
      kind="tasks"
      label={label}
      columns={columns()}
      rows={tasks}
      keyOf={(task) => task.task_id}
      classOf={(task) => (fresh?.has(task.task_id) === true ? "fresh" : undefined)}
      onClick={open}
    />
  );
}

function open(task: TaskRow, event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("a") === null && getSelection()?.isCollapsed !== false) go(linkTo("task", task.task_id));
}

function columns(): Column<TaskRow>[] {
  return [
    { title: t("task.status"), class: "c-status", cell: (task) => <StatusOf task={task} /> },
    {
      title: t("task.task"),
      class: "c-task",
      cell: (task) => <a href={linkTo("task", task.task_id)}>{task.task}</a>,
    },
    { title: t("task.arguments"), class: "c-args", cell: (task) => <ArgumentsOf task={task} /> },
    { title: t("task.id"), class: "c-id", cell: (task) => <code>{shortId(task.task_id)}</code> },
    { title: t("task.runtime"), class: "c-runtime", number: true, cell: (task) => duration(task.runtime) },
    {
      title: t("task.retries"),
      class: "c-retries",
      number: true,
      cell: ({ retries }) => (retries === 0 ? <span class="muted">0</span> : retries),
    },
    { title: t("task.created"), class: "c-created", cell: (task) => <Time at={task.created_at} /> },
  ];
}

function StatusOf({ task: { status, progress, done_at: done } }: { task: TaskRow }) {
  return (
    <>
      <Status status={status} />
      {progress !== null && done === null && (
        <small class="muted"> {Math.round((100 * progress.current) / Math.max(1, progress.total))} %</small>
      )}
    </>
  );
}

function ArgumentsOf({ task }: { task: TaskRow }) {
  return (
    <>
      <code>{task.arguments ?? t("task.in_s3")}</code>
      {task.error !== null && (
        <span class="error-text">
          {task.error.type}: {task.error.message}
        </span>
      )}
    </>
  );
}
