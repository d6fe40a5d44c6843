import { describe, expect, it } from "vitest";
import type { GraphNode } from "../../../cli/answers.ts";
import type { Paint } from "../../../cli/view/paint.ts";
import { drawGraph, topStatus } from "../../../cli/view/graph.ts";
import { graphNode } from "../../fixtures/graph-node.ts";

const paint: Paint = (_style, text) => text;

const nodeOf = (...given: Parameters<typeof graphNode>): GraphNode => ({ ...graphNode(...given) });

const chord = [
  nodeOf("c", { kind: "chord", task: null, result_id: "b" }),
  nodeOf("b", { in: "c", role: "body", index: 1, task: "math.tsum" }),
  nodeOf("h", {
    in: "c",
    role: "header",
    kind: "group",
    task: null,
    total: 500,
    completed: 300,
    failed: 2,
    status: "STARTED",
    hidden: 500,
  }),
];

describe("a drawn graph", () => {
  it("has a wide group on one line with its counts, and what is open", () => {
    expect(drawGraph(chord, { width: 80, paint })).toEqual([
      "WORKFLOW                                      STATUS   TOOK  ID",
      "● chord                                       STARTED     -  b",
      "├─ ● header: group of 500  ✓ 300  ✗ 2  ○ 198  STARTED     -  h",
      "└─ ○ body: math.tsum                          PENDING     -  b",
    ]);
  });

  it("lists parts in their order, links last, and counts those that are not shown", () => {
    const parts = [
      nodeOf("g", { kind: "group", task: null, total: 5, status: "PENDING", hidden: 3 }),
      nodeOf("2", {
        in: "g",
        role: "member",
        index: 1,
        status: "FAILURE",
        error: { type: "TypeError", message: "no", task_id: "2" },
      }),
      nodeOf("1", { in: "g", role: "member", index: 0, status: "SUCCESS", runtime: 0.004, retries: 1 }),
      nodeOf("l", { in: "1", role: "link", index: 0, task: "email.send" }),
    ];
    const lines = drawGraph(parts, { width: 80, paint }).map((line) =>
      line.replace(/ {2,}(SUCCESS|PENDING|FAILURE|STARTED).*/, "").trimEnd(),
    );
    expect(lines.slice(1)).toEqual([
      "● group of 5",
      "├─ ✓ math.add  retried 1×",
      "│  └─ ○ then: email.send",
      "├─ ✗ math.add  TypeError",
      "└─ … 3 more",
    ]);
  });

  it("has ended as its result has", () => {
    expect(topStatus(chord)).toBe("STARTED");
    expect(topStatus(chord.map((node) => (node.id === "b" ? { ...node, status: "FAILURE" } : node)))).toBe("FAILURE");
    expect(topStatus([])).toBe("PENDING");
  });
});
