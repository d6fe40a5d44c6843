import { setTimeout as delay } from "node:timers/promises";
import { Command } from "@commander-js/extra-typings";
import { Graph } from "../answers.ts";
import { EXIT } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { drawGraph, topStatus } from "../view/graph.ts";
import { hasEnded } from "../view/status.ts";

/** Milliseconds between two looks: a look reads an item for each part, so many parts are looked at less often. */
const BEAT = 1_000;
const MANY = 50;
const MANY_BEAT = 3_000;

/** `celeriac graph ID`. */
export function graphCommand(open: Open) {
  return new Command("graph")
    .summary("draw a workflow with its states")
    .description(
      "Draws the submission that a task or group belongs to, with its states. Wide groups are one line with counts.",
    )
    .argument("<id>")
    .option("--watch", "draw it again each second until it has ended; exit code 1 when it has failed")
    .addHelpText("after", examples("graph 6f0c3c1e-…", "graph 6f0c3c1e-… --watch"))
    .action(async (id, { watch }) => {
      const session = await open();
      const nodes = await draw(session, id);
      if (watch === true) process.exitCode = await follow(session, id, nodes);
    });
}

type Nodes = ReturnType<typeof Graph.parse>["nodes"];

async function draw({ api, terminal }: Session, id: string): Promise<Nodes> {
  const graph = await api.call("GET", `/canvases/${encodeURIComponent(id)}`, Graph);
  if (terminal.json) terminal.printJson(graph);
  else terminal.redraw(drawGraph(graph.nodes, terminal));
  return graph.nodes;
}

/** @returns what to exit with */
async function follow(session: Session, id: string, first: Nodes): Promise<number> {
  let nodes = first;
  while (!hasEnded(topStatus(nodes))) {
    await delay(nodes.length > MANY ? MANY_BEAT : BEAT, undefined, { signal: session.signal });
    nodes = await draw(session, id);
  }
  return topStatus(nodes) === "SUCCESS" ? EXIT.ok : EXIT.failed;
}
