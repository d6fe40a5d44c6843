import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Graph, type Resumed, type State, get, post } from "../api.ts";
import { count, dated, duration } from "../format.ts";
import { Gantt } from "../graph/gantt.tsx";
import { MemberGrid } from "../graph/members.tsx";
import { NodePanel } from "../graph/panel.tsx";
import { type GraphNode, inOrder, isWide, tallyOf, treeOf } from "../graph/tree.ts";
import { GraphView } from "../graph/view.tsx";
import { useLive } from "../live.ts";
import { Confirm, Failure, Loading, PageHead, shortId, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { Bar, Status, isFinal } from "../parts/status.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";

/** Milliseconds between two readings of the whole graph, for tasks that were started or replaced meanwhile. */
const REREAD = 4_000;
/** Nodes up to which a graph is read again while it runs; a larger one when all has ended. */
const REREAD_NODES = 150;

/** The submission of a task as a graph and a timeline that follow its states. */
export function CanvasPage({ id }: { id: string }) {
  const { value, error, reload } = useLoad((signal) => get<Graph>(`/canvases/${encodeURIComponent(id)}`, signal), [id]);
  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  return <Submission graph={value} reload={reload} />;
}

function Submission({ graph, reload }: { graph: Graph; reload: () => void }) {
  const [states, setStates] = useState<ReadonlyMap<string, State>>(new Map());
  const [opened, setOpened] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const lastRead = useRef(Date.now());
  useEffect(() => {
    lastRead.current = Date.now();
    // What was read is newer than what was told before it: a run that was resumed waits again.
    setStates(new Map());
  }, [graph]);
  const nodes = useMemo(() => graph.nodes.map((node) => withState(node, states.get(node.result_id))), [graph, states]);
  const tree = useMemo(() => treeOf(nodes), [nodes]);
  const order = useMemo(() => (tree === null ? [] : inOrder(tree)), [tree]);
  const open = order.filter(isFollowed).map((node) => node.result_id);

  useLive({ ids: open }, (look) => {
    const told = look.states.filter((state) => isNews(states.get(state.task_id), state));
    if (told.length === 0) return;
    setStates(new Map([...states, ...told.map((state) => [state.task_id, state] as const)]));
    const ended = told.some((state) => isFinal(state.status));
    const all = told.length === open.length && told.every((state) => isFinal(state.status));
    if (all || (ended && nodes.length <= REREAD_NODES && Date.now() - lastRead.current > REREAD)) reload();
  });

  const list = linkTo("tasks", "", { root_id: graph.root_id });
  const wide = nodes.find((node) => node.id === opened);
  const panel = nodes.find((node) => node.id === chosen && (node.kind === "task" || isWide(node)));
  const ended = nodes.findLast((node) => node.result_id === graph.result_id && node.kind !== "chain")?.status ?? "";
  const { success, failure, running } = tallyOf(nodes);
  const begun = success + failure + running > 0;
  const status = isFinal(ended) ? ended : begun ? "STARTED" : "PENDING";
  const choose = (node: GraphNode): void => setChosen(chosen === node.id ? null : node.id);
  return (
    <>
      <Head graph={graph} status={status} reload={reload} list={list} />
      {tree !== null && (
        <div class={`run-view ${panel === undefined ? "" : "with-panel"}`}>
          <GraphView
            tree={tree}
            focus={graph.task_id}
            listLink={list}
            opened={opened}
            chosen={chosen}
            onChoose={choose}
            onOpen={(group) => setOpened(opened === group ? null : group)}
          >
            <Tally nodes={nodes} />
          </GraphView>
          {panel !== undefined && <NodePanel key={panel.id} node={panel} onClose={() => setChosen(null)} />}
        </div>
      )}
      {wide !== undefined && <MemberGrid key={wide.id} group={wide.id} total={wide.total ?? 0} />}
      <Gantt nodes={order} since={graph.created_at} chosen={chosen} onChoose={choose} />
    </>
  );
}

/** What the run is, how it fares, and what can be done with it. */
function Head(props: { graph: Graph; status: string; reload: () => void; list: string }) {
  const { graph, status, reload, list } = props;
  const [asked, setAsked] = useState<"resume" | "revoke" | null>(null);
  const { run } = graph;
  const title = run === null ? t("graph.title") : (run.name ?? run.shape);
  const took = isFinal(status) ? (run?.duration ?? null) : (Date.now() - Date.parse(graph.created_at)) / 1000;
  const path = `/canvases/${graph.result_id}/resume`;
  const close = (): void => setAsked(null);
  return (
    <PageHead
      title={title}
      sub={
        <>
          <Status status={status} />{" "}
          <a href={linkTo("task", graph.result_id)} class="id">
            {shortId(graph.result_id)}
          </a>{" "}
          <time dateTime={graph.created_at}>{dated(graph.created_at)}</time>
          {took !== null && (
            <b>{t(isFinal(status) ? "runs.took" : "runs.runs_since", { duration: duration(Math.max(0, took)) })}</b>
          )}
          {run?.name != null && <code>{run.shape}</code>}
          {run?.error != null && (
            <span class="error-text">
              {run.error.type}: {run.error.message}
            </span>
          )}
        </>
      }
    >
      {(status === "FAILURE" || status === "REVOKED") && run !== null && (
        <button type="button" class="primary" onClick={() => setAsked("resume")}>
          <Icon name="play" />
          {t("action.resume")}
        </button>
      )}
      {!isFinal(status) && (
        <button type="button" class="danger" onClick={() => setAsked("revoke")}>
          <Icon name="ban" />
          {t("action.revoke")}
        </button>
      )}
      <a class="button" href={linkTo("again", graph.result_id)}>
        <Icon name="edit" />
        {t("action.again_edited")}
      </a>
      <a class="button" href={list}>
        {t("graph.list")}
      </a>
      {asked === "resume" && (
        <Confirm
          title={t("confirm.resume")}
          action={t("action.resume")}
          onClose={close}
          onConfirm={async () => {
            await post<Resumed>(path);
            reload();
          }}
        >
          <p>{t("confirm.resume_text")}</p>
        </Confirm>
      )}
      {asked === "revoke" && (
        <Confirm
          title={t("confirm.revoke")}
          action={t("action.revoke")}
          danger
          onClose={close}
          onConfirm={async () => {
            await post(`/tasks/${graph.result_id}/revoke`);
            reload();
          }}
        >
          <p>{t("confirm.revoke_run_text")}</p>
        </Confirm>
      )}
    </PageHead>
  );
}

function Tally({ nodes }: { nodes: readonly GraphNode[] }) {
  const { total, success, failure, running } = tallyOf(nodes);
  const label = t("graph.counts", {
    total: count(total),
    success: count(success),
    failure: count(failure),
    running: count(running),
  });
  return (
    <div class="tally">
      <Bar
        parts={[
          ["success", success],
          ["failure", failure],
          ["started", running],
        ]}
        total={total}
        label={label}
      />
      <span class="muted">{label}</span>
    </div>
  );
}

/** Tasks and groups that have not ended: what the page keeps asking for. */
function isFollowed(node: GraphNode): boolean {
  return !isFinal(node.status) && (node.kind === "task" || node.kind === "group");
}

function withState(node: GraphNode, state: State | undefined): GraphNode {
  if (state === undefined || node.kind === "chain" || node.kind === "chord") return node;
  const { task_id: _id, kind: _kind, ...rest } = state;
  // The counts of a group may be left out of one look.
  return { ...node, ...rest, completed: rest.completed ?? node.completed, failed: rest.failed ?? node.failed };
}

function isNews(before: State | undefined, now: State): boolean {
  return before === undefined || JSON.stringify(before) !== JSON.stringify(now);
}
