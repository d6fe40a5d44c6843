import { useEffect, useState } from "preact/hooks";
import { count, duration } from "../format.ts";
import { Section, shortId } from "../parts/basics.tsx";
import { isFinal, lookOf } from "../parts/status.tsx";
import { t } from "../text/index.ts";
import { type GraphNode, isWide } from "./tree.ts";

/** Rows that are drawn: more than anyone reads, and few enough to draw each second. */
const MOST = 200;
/** Marks on the axis. */
const MARKS = 5;

/** A task, or a group of many, over time: from its start to its end. */
interface Row {
  readonly node: GraphNode;
  readonly from: number;
  readonly to: number;
}

/** When each task of a run ran, from the submission on. */
export function Gantt(props: {
  nodes: readonly GraphNode[];
  /** When the run was submitted, RFC 3339. */
  since: string;
  chosen: string | null;
  onChoose: (node: GraphNode) => void;
}) {
  const { nodes, since, chosen, onChoose } = props;
  const begin = Date.parse(since);
  const [now, setNow] = useState(Date.now());
  const runs = nodes.some((node) => !isFinal(node.status) && node.started_at !== null);
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [runs]);
  const rows = nodes.flatMap((node) => rowOf(node, now));
  const end = Math.max(begin + 1, ...rows.map((row) => row.to));
  const shown = rows.slice(0, MOST);
  // The members of a wide group have their page; that they have begun would contradict an empty timeline.
  if (rows.length === 0 && nodes.some((node) => isWide(node) && (node.completed ?? 0) + (node.failed ?? 0) > 0))
    return null;
  const at = (time: number): number => (100 * (time - begin)) / (end - begin);
  return (
    <Section title={t("runs.timeline")} class="gantt-card">
      {rows.length === 0 && <p class="muted">{t("runs.timeline_none")}</p>}
      {rows.length > 0 && (
        <div class="gantt" tabIndex={0} role="region" aria-label={t("runs.timeline")}>
          <div class="gantt-axis" aria-hidden="true">
            <span />
            <div>
              {Array.from({ length: MARKS }, (_, mark) => (
                <span key={mark} style={{ left: `${(100 * mark) / (MARKS - 1)}%` }}>
                  {duration((((end - begin) / 1000) * mark) / (MARKS - 1))}
                </span>
              ))}
            </div>
          </div>
          {shown.map(({ node, from, to }) => (
            <button
              key={node.id}
              type="button"
              class={`gantt-row ${chosen === node.id ? "current" : ""}`}
              aria-pressed={chosen === node.id}
              onClick={() => onChoose(node)}
            >
              <span class="name">{nameOf(node)}</span>
              <span class="track">
                <i
                  class={lookOf(node.status)}
                  style={{ left: `${at(from)}%`, width: `max(3px, ${at(to) - at(from)}%)` }}
                />
                <Took from={at(from)} to={at(to)}>
                  {duration((to - from) / 1000)}
                </Took>
              </span>
              <span class="visually-hidden">{node.status}</span>
            </button>
          ))}
        </div>
      )}
      {rows.length > MOST && (
        <p class="muted">{t("runs.timeline_more", { shown: count(MOST), total: count(rows.length) })}</p>
      )}
    </Section>
  );
}

/** How long a bar is: behind it, where no room is left before it, and where there is none either on it. In percent. */
function Took({ from, to, children }: { from: number; to: number; children: string }) {
  if (to <= 85) {
    return (
      <span class="took" style={{ left: `${to + 0.7}%` }}>
        {children}
      </span>
    );
  }
  const fits = from > 30;
  return (
    <span class={fits ? "took" : "took on"} style={{ right: `${(fits ? 102 - from : 101 - to).toFixed(1)}%` }}>
      {children}
    </span>
  );
}

function rowOf(node: GraphNode, now: number): Row[] {
  if (node.started_at === null || (node.kind !== "task" && !isWide(node))) return [];
  const to = node.done_at === null ? now : Date.parse(node.done_at);
  const from = Date.parse(node.started_at);
  return [{ node, from, to: Math.max(from, to) }];
}

function nameOf(node: GraphNode): string {
  if (node.kind === "group")
    return t(node.role === "header" ? "graph.header" : "graph.group", { total: count(node.total ?? 0) });
  return node.task ?? shortId(node.id);
}
