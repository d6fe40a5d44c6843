import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Graph, type State, get } from "../api.ts";
import { count } from "../format.ts";
import { MemberGrid } from "../graph/members.tsx";
import { type GraphNode, inOrder, tallyOf, treeOf } from "../graph/tree.ts";
import { GraphView } from "../graph/view.tsx";
import { useLive } from "../live.ts";
import { Failure, Loading, PageHead, Time, shortId, useLoad } from "../parts/basics.tsx";
import { Bar, Status, isFinal } from "../parts/status.tsx";
import { linkTo } from "../router.ts";
import { t } from "../text/index.ts";

/** Milliseconds between two readings of the whole graph, for tasks that were started or replaced meanwhile. */
const REREAD = 4_000;
/** Nodes up to which a graph is read again while it runs; a larger one when all has ended. */
const REREAD_NODES = 150;

/** The submission of a task as a graph that follows its states. */
export function CanvasPage({ id }: { id: string }) {
  const { value, error, reload } = useLoad((signal) => get<Graph>(`/canvases/${encodeURIComponent(id)}`, signal), [id]);
  if (error !== null) return <Failure error={error} retry={reload} />;
  if (value === null) return <Loading />;
  return <Submission graph={value} reload={reload} />;
}

function Submission({ graph, reload }: { graph: Graph; reload: () => void }) {
  const [states, setStates] = useState<ReadonlyMap<string, State>>(new Map());
  const [opened, setOpened] = useState<string | null>(null);
  const lastRead = useRef(Date.now());
  useEffect(() => {
    lastRead.current = Date.now();
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
  const { total, success, failure, running } = tallyOf(nodes);
  const ended = nodes.findLast((node) => node.result_id === graph.result_id && node.kind !== "chain")?.status ?? "";
  const begun = success + failure + running > 0;
  const label = t("graph.counts", {
    total: count(total),
    success: count(success),
    failure: count(failure),
    running: count(running),
  });
  return (
    <>
      <PageHead
        title={t("graph.title")}
        sub={
          <>
            <Status status={isFinal(ended) ? ended : begun ? "STARTED" : "PENDING"} />{" "}
            <a href={linkTo("task", graph.result_id)} class="id">
              {shortId(graph.result_id)}
            </a>{" "}
            <Time at={graph.created_at} />
          </>
        }
      >
        <a class="button" href={list}>
          {t("graph.list")}
        </a>
      </PageHead>
      {tree !== null && (
        <GraphView
          tree={tree}
          focus={graph.task_id}
          listLink={list}
          opened={opened}
          onOpen={(group) => setOpened(opened === group ? null : group)}
        >
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
        </GraphView>
      )}
      {wide !== undefined && <MemberGrid key={wide.id} group={wide.id} total={wide.total ?? 0} />}
    </>
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
