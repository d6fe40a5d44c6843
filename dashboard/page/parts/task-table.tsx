import type { TaskRow } from "../api.ts";
import { ahead, dated, duration } from "../format.ts";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { Time, shortId } from "./basics.tsx";
import { Status } from "./status.tsx";
import { type Column, Table } from "./table.tsx";

/** Which tasks are selected, where they may be. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
}

/** Tasks, one a row. A click anywhere in a row opens the task; the keyboard has its link. */
export function TaskTable(props: {
  tasks: readonly TaskRow[];
  label: string;
  fresh?: ReadonlySet<string>;
  selection?: Selection;
}) {
  const { tasks, label, fresh, selection } = props;
  return (
    <Table
      kind="tasks"
      label={label}
      columns={selection === undefined ? columns() : [selectColumn(selection), ...columns()]}
      rows={tasks}
      keyOf={(task) => task.task_id}
      classOf={(task) => (fresh?.has(task.task_id) === true ? "fresh" : undefined)}
      onClick={open}
    />
  );
}

function open(task: TaskRow, event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("a, input") === null && getSelection()?.isCollapsed !== false) go(linkTo("task", task.task_id));
}

function columns(): Column<TaskRow>[] {
  return [
    { title: t("task.status"), class: "c-status", cell: (task) => <StatusOf task={task} /> },
    {
      title: t("task.task"),
      class: "c-task",
      cell: (task) => <a href={linkTo("task", task.task_id)}>{task.task}</a>,
    },
    {
      title: t("task.arguments"),
      class: "c-args",
      cell: (task) => <code title={task.arguments ?? undefined}>{task.arguments ?? t("task.in_s3")}</code>,
    },
    { title: t("task.error"), class: "c-error", cell: (task) => <ErrorOf task={task} /> },
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

function selectColumn({ ids, toggle }: Selection): Column<TaskRow> {
  return {
    title: t("bulk.select", { id: "" }),
    quiet: true,
    class: "c-select",
    cell: ({ task_id: id }) => (
      <input
        type="checkbox"
        aria-label={t("bulk.select", { id: shortId(id) })}
        checked={ids.has(id)}
        onChange={() => toggle(id)}
      />
    ),
  };
}

function StatusOf({ task: { status, progress, done_at: done, due_at: due } }: { task: TaskRow }) {
  const waits = (status === "PENDING" || status === "RETRY") && due !== null && Date.parse(due) > Date.now();
  return (
    <>
      <Status status={status} />
      {waits && (
        <small class="muted" title={dated(due)}>
          {" "}
          {t("task.due_in", { time: ahead(due, Date.now()) })}
        </small>
      )}
      {progress !== null && done === null && (
        <small class="muted"> {Math.round((100 * progress.current) / Math.max(1, progress.total))} %</small>
      )}
    </>
  );
}

function ErrorOf({ task: { error, status } }: { task: TaskRow }) {
  if (error === null) return null;
  const text = `${error.type}: ${error.message}`;
  return (
    <span class={status === "RETRY" ? "retry-text" : "error-text"} title={text}>
      {text}
    </span>
  );
}
