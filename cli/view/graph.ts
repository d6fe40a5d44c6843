import type { GraphNode } from "../answers.ts";
import { duration } from "./format.ts";
import type { Paint } from "./paint.ts";
import { hasEnded, markOf, styleOf } from "./status.ts";
import { type Cell, table } from "./table.ts";
import { plain } from "./text.ts";

interface Branch {
  readonly node: GraphNode;
  readonly parts: readonly Branch[];
}

/**
 * Draws a submission as a tree, with each part's state. Groups whose members the API counts and does not list are one
 * line.
 */
export function drawGraph(nodes: readonly GraphNode[], how: { width: number | null; paint: Paint }): string[] {
  const top = nodes.find((node) => node.in === null);
  if (top === undefined) return [];
  const states = new Map(nodes.map((node) => [node.id, node]));
  const rows = linesOf(branchOf(top, nodes), "", "", states);
  const columns = [
    { header: "WORKFLOW", shrinkTo: 30 },
    { header: "STATUS" },
    { header: "TOOK", align: "right" as const },
    { header: "ID", optional: true },
  ];
  return table(columns, rows, how);
}

/** What `--watch` ends with: the status of the whole. */
export function topStatus(nodes: readonly GraphNode[]): string {
  const top = nodes.find((node) => node.in === null);
  return top === undefined ? "PENDING" : statusOf(branchOf(top, nodes), new Map(nodes.map((node) => [node.id, node])));
}

function branchOf(node: GraphNode, nodes: readonly GraphNode[]): Branch {
  const held = nodes.filter((one) => one.in === node.id);
  const order = (one: GraphNode): number => (one.role === "link" ? 1_000_000 : 0) + one.index;
  return { node, parts: held.toSorted((a, b) => order(a) - order(b)).map((one) => branchOf(one, nodes)) };
}

type States = ReadonlyMap<string, GraphNode>;

function linesOf(branch: Branch, first: string, rest: string, states: States): Cell[][] {
  const { node, parts } = branch;
  const status = statusOf(branch, states);
  const line: Cell[] = [
    `${first}${markOf(status)} ${labelOf(node)}`,
    { text: status, style: styleOf(status) },
    duration(node.runtime),
    node.kind === "task" || node.kind === "group" ? node.id : node.result_id,
  ];
  const more: Cell[][] =
    node.hidden > 0 && parts.length > 0 ? [[{ text: `${rest}└─ … ${node.hidden} more`, style: "dim" }]] : [];
  const below = parts.flatMap((part, at) => {
    const last = at === parts.length - 1 && more.length === 0;
    return linesOf(part, `${rest}${last ? "└─ " : "├─ "}`, `${rest}${last ? "   " : "│  "}`, states);
  });
  return [line, ...below, ...more];
}

function labelOf(node: GraphNode): string {
  const role =
    { header: "header: ", body: "body: ", link: "then: ", replacement: "became: " }[node.role as string] ?? "";
  return `${role}${node.kind === "task" ? taskLabel(node) : canvasLabel(node)}`;
}

function taskLabel({ task, status, progress, retries, error }: GraphNode): string {
  const steps = progress === null ? "" : `  ${progress.current}/${progress.total}`;
  const again = retries === 0 ? "" : `  retried ${retries}×`;
  // Of what has failed the type does; what will be retried says why.
  const why = error === null ? "" : `  ${plain(status === "RETRY" ? `${error.type}: ${error.message}` : error.type)}`;
  return `${task ?? "?"}${steps}${again}${why}`;
}

function canvasLabel({ kind, total, completed, failed }: GraphNode): string {
  if (kind !== "group" || total === null) return kind;
  const counts = completed === null ? "" : `  ${markOf("SUCCESS")} ${completed}`;
  const bad = failed === null || failed === 0 ? "" : `  ${markOf("FAILURE")} ${failed}`;
  const open = total - (completed ?? 0) - (failed ?? 0);
  return `group of ${total}${counts}${bad}${open > 0 && completed !== null ? `  ${markOf("PENDING")} ${open}` : ""}`;
}

/**
 * A chain's or chord's state is not kept: it has ended as what its result is asked for by. What holds others runs when
 * one of them has begun.
 */
function statusOf(branch: Branch, states: States): string {
  const { node, parts } = branch;
  const begun = parts.some((part) => statusOf(part, states) !== "PENDING") ? "STARTED" : "PENDING";
  if (node.kind === "task") return node.status;
  if (node.kind === "group") return node.status === "PENDING" ? begun : node.status;
  const end = states.get(node.result_id)?.status;
  if (end !== undefined && hasEnded(end)) return end;
  const last = parts.findLast((part) => part.node.role !== "link");
  const lastStatus = last === undefined ? "PENDING" : statusOf(last, states);
  if (hasEnded(lastStatus)) return lastStatus;
  return begun;
}
