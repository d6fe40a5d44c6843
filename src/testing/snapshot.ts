import * as z from "zod";
import { GraphNode as AnyNode } from "../core/http/answer-schemas.ts";

const Graph = z.looseObject({ nodes: z.array(AnyNode.loose()) });
type GraphNode = z.output<typeof Graph>["nodes"][number];

/** A submission as a tree, by `GET /canvases/{id}`: a line for each task and canvas, its parts below it. */
export async function snapshotOf(url: string, taskId: string): Promise<string> {
  const response = await fetch(`${url}/canvases/${encodeURIComponent(taskId)}`);
  if (!response.ok) throw new Error(`GET /canvases/${taskId} was answered ${response.status}.`);
  const { nodes } = Graph.parse(await response.json());
  return nodes
    .filter((node) => node.in === null)
    .flatMap((top) => linesOf(top, nodes, ""))
    .join("\n");
}

function linesOf(node: GraphNode, nodes: readonly GraphNode[], indent: string): string[] {
  const states = new Map(nodes.map((one) => [one.id, one]));
  const { status, error, retries, total } = states.get(node.result_id) ?? node;
  const role = node.role === "link" || node.role === "replacement" || node.role === "body" ? `${node.role} ` : "";
  const size = node.kind === "group" && total !== null ? ` of ${total}` : "";
  const said = [retries > 0 ? ` after ${retries} retries` : "", error === null ? "" : `: ${error.type}`].join("");
  const parts = nodes.filter((one) => one.in === node.id).toSorted((one, other) => one.index - other.index);
  const line = `${indent}${role}${node.task ?? node.kind}${size} ${status}${said}`;
  return [line, ...parts.flatMap((part) => linesOf(part, nodes, `${indent}  `))];
}
