import { type TaskData, get } from "../api.ts";
import { count, dated, duration } from "../format.ts";
import { Failure, Loading, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Json } from "../parts/json.tsx";
import { Status } from "../parts/status.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import type { GraphNode } from "./tree.ts";

/** What is known of the node that was chosen, beside the graph. */
export function NodePanel({ node, onClose }: { node: GraphNode; onClose: () => void }) {
  const title =
    node.task ?? t(node.role === "header" ? "graph.header" : "graph.group", { total: count(node.total ?? 0) });
  return (
    <aside class="node-panel" aria-label={title}>
      <div class="card-head">
        <h2>{title}</h2>
        <button type="button" class="plain" aria-label={t("action.close")} onClick={onClose}>
          <Icon name="cross" />
        </button>
      </div>
      <p class="panel-sub">
        <Status status={node.status} />
        {node.started_at !== null && <span class="muted">{dated(node.started_at)}</span>}
        {node.runtime !== null && <b>{duration(node.runtime)}</b>}
      </p>
      {node.kind === "group" && (
        <p>
          {t("group.counts", {
            total: count(node.total ?? 0),
            completed: count(node.completed ?? 0),
            failed: count(node.failed ?? 0),
          })}
        </p>
      )}
      {node.error !== null && (
        <p class="panel-error">
          <b>{node.error.type}</b> {node.error.message}{" "}
          {node.error.task_id !== node.result_id && (
            <a href={linkTo("task", node.error.task_id)}>{t("error.failed_task")}</a>
          )}
        </p>
      )}
      {node.kind === "task" && <Details id={node.result_id} status={node.status} />}
      <a class="button" href={linkTo("task", node.result_id)}>
        {t("action.open")}
      </a>
    </aside>
  );
}

function Details({ id, status }: { id: string; status: string }) {
  const { value, error, reload } = useLoad((signal) => get<TaskData>(`/tasks/${id}`, signal), [id, status]);
  // A member of a wide group has no record before it starts.
  if (error !== null) return status === "PENDING" ? null : <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  return (
    <>
      <h3>{t("task.arguments")}</h3>
      <Json value={value.args} label={t("task.args")} />
      {Object.keys(value.kwargs ?? {}).length > 0 && <Json value={value.kwargs} label={t("task.kwargs")} />}
      {status === "SUCCESS" && (
        <>
          <h3>{t("task.result")}</h3>
          {value.result_url === undefined ? (
            <Json value={value.result} label={t("task.result")} />
          ) : (
            <p class="muted">{t("task.result_large")}</p>
          )}
        </>
      )}
    </>
  );
}
