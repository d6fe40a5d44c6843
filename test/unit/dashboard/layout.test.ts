import { describe, expect, it } from "vitest";
import { type Box, layout } from "../../../dashboard/page/graph/layout.ts";
import { type Branch, type GraphNode, inOrder, isWide, tallyOf, treeOf } from "../../../dashboard/page/graph/tree.ts";
import { graphNode } from "../../fixtures/graph-node.ts";

let ids = 0;

/** A node without parts. */
function node(kind: GraphNode["kind"], change: Partial<GraphNode> = {}): GraphNode {
  ids += 1;
  const id = `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
  return graphNode(id, { kind, task: kind === "task" ? "math.add" : null, ...change });
}

const task = (started: Branch[] = []): Branch => ({ node: node("task"), parts: [], started });
const holding = (kind: GraphNode["kind"], parts: Branch[], change: Partial<GraphNode> = {}): Branch => ({
  node: node(kind, { total: kind === "group" ? parts.length : null, ...change }),
  parts,
  started: [],
});

const nested = (): Branch =>
  holding("chain", [
    task(),
    holding("chord", [
      holding("group", [
        task(),
        holding("chain", [task(), task()]),
        holding("chord", [holding("group", [task(), task()]), task()]),
      ]),
      task(),
    ]),
    task([task(), task()]),
  ]);

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const inside = (inner: Box, outer: { width: number; height: number }): boolean =>
  inner.x >= 0 && inner.y >= 0 && inner.x + inner.width <= outer.width && inner.y + inner.height <= outer.height;

describe("a drawing", () => {
  it.each(["right", "down"] as const)(
    "that flows %s has every task once, none over another, all inside",
    (direction) => {
      const tree = nested();
      const drawing = layout(tree, direction);
      const tasks = inOrder(tree).filter((one) => one.kind === "task");
      expect(new Set(drawing.nodes.map((one) => one.node.id))).toEqual(new Set(tasks.map((one) => one.id)));
      expect(drawing.nodes).toHaveLength(tasks.length);
      for (const [at, one] of drawing.nodes.entries()) {
        expect(inside(one, drawing)).toBe(true);
        for (const other of drawing.nodes.slice(at + 1)) expect(overlap(one, other)).toBe(false);
      }
      expect(drawing.frames).toHaveLength(2);
    },
  );

  it("puts what follows behind what it follows", () => {
    const first = task();
    const second = task();
    const of = (direction: "right" | "down") =>
      layout(holding("chain", [first, second]), direction).nodes.toSorted((a, b) => (a.node.id < b.node.id ? -1 : 1));
    const [a, b] = of("right");
    expect((b?.x ?? 0) - (a?.x ?? 0)).toBeGreaterThan(a?.width ?? 0);
    const [c, d] = of("down");
    expect((d?.y ?? 0) - (c?.y ?? 0)).toBeGreaterThan(c?.height ?? 0);
  });

  it("leads from each member of a header to the body, and through one point where both are many", () => {
    const header = holding("group", [task(), task(), task()]);
    expect(layout(holding("chord", [header, task()]), "right").edges).toHaveLength(3);
    const many = (): Branch =>
      holding(
        "group",
        Array.from({ length: 5 }, () => task()),
      );
    expect(layout(holding("chord", [many(), many()]), "right").edges).toHaveLength(10);
  });

  it("leaves out the middle of a long chain until all of it is asked for", () => {
    const chain = holding(
      "chain",
      Array.from({ length: 100 }, () => task()),
    );
    const drawing = layout(chain, "right");
    expect(drawing.nodes).toHaveLength(17);
    expect(drawing.nodes.find((one) => one.more > 0)).toMatchObject({ more: 84, node: { id: chain.node.id } });
    expect(layout(chain, "right", new Set([chain.node.id])).nodes).toHaveLength(100);
  });

  it("shows a wide group as one node", () => {
    const wide = holding("group", [], { total: 1_000, hidden: 1_000, completed: 10, failed: 2 });
    expect(isWide(wide.node)).toBe(true);
    expect(layout(holding("chord", [wide, task()]), "right").nodes).toHaveLength(2);
    expect(tallyOf([wide.node, node("task", { status: "STARTED" })])).toEqual({
      total: 1_001,
      success: 10,
      failure: 2,
      running: 1,
    });
  });

  it("says that an empty group is one", () => {
    expect(layout(holding("group", []), "right")).toMatchObject({ nodes: [{ more: 0 }], frames: [{}] });
  });
});

describe("a tree", () => {
  it("is made of nodes in any order, and puts parts in theirs", () => {
    const chain = node("chain");
    const second = node("task", { in: chain.id, role: "step", index: 1 });
    const first = node("task", { in: chain.id, role: "step", index: 0 });
    const link = node("task", { in: first.id, role: "link", index: 0 });
    const tree = treeOf([second, link, chain, first]);
    expect(tree?.parts.map((part) => part.node.id)).toEqual([first.id, second.id]);
    expect(tree?.parts[0]?.started.map((one) => one.node.id)).toEqual([link.id]);
    expect(treeOf([])).toBeNull();
  });
});
