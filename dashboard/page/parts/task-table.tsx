import type { TaskRow } from "../api.ts";
import { duration } from "../format.ts";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { Time, shortId } from "./basics.tsx";
import { Status } from "./status.tsx";

/** Tasks, one a row; on a phone, one a card. A click anywhere in a row opens the task; the keyboard has its link. */
export function TaskTable({
  tasks,
  label,
  fresh,
}: {
  tasks: readonly TaskRow[];
  label: string;
  fresh?: ReadonlySet<string>;
}) {
  return (
    <div class="table-wrap">
      <table class="tasks">
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{t("task.status")}</th>
            <th scope="col">{t("task.task")}</th>
            <th scope="col">{t("task.arguments")}</th>
            <th scope="col">{t("task.id")}</th>
            <th scope="col" class="number">
              {t("task.runtime")}
            </th>
            <th scope="col" class="number">
              {t("task.retries")}
            </th>
            <th scope="col">{t("task.created")}</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <Row key={task.task_id} task={task} fresh={fresh?.has(task.task_id) === true} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ task, fresh }: { task: TaskRow; fresh: boolean }) {
  const link = linkTo("task", task.task_id);
  const open = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("a") === null && getSelection()?.isCollapsed !== false) go(link);
  };
  const { progress } = task;
  return (
    <tr class={fresh ? "fresh" : undefined} onClick={open}>
      <td class="c-status">
        <Status status={task.status} />
        {progress !== null && task.done_at === null && (
          <small class="muted"> {Math.round((100 * progress.current) / Math.max(1, progress.total))} %</small>
        )}
      </td>
      <td class="c-task">
        <a href={link}>{task.task}</a>
      </td>
      <td class="c-args">
        <code>{task.arguments ?? t("task.in_s3")}</code>
        {task.error !== null && (
          <span class="error-text">
            {task.error.type}: {task.error.message}
          </span>
        )}
      </td>
      <td class="c-id">
        <code>{shortId(task.task_id)}</code>
      </td>
      <td class="c-runtime number">{duration(task.runtime)}</td>
      <td class="c-retries number">{task.retries === 0 ? <span class="muted">0</span> : task.retries}</td>
      <td class="c-created">
        <Time at={task.created_at} />
      </td>
    </tr>
  );
}
