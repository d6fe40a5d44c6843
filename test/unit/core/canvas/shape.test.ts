import { describe, expect, it } from "vitest";
import type { Node } from "../../../../src/core/canvas/node.ts";
import { createPlan } from "../../../../src/core/canvas/plan.ts";
import { shapeOf } from "../../../../src/core/canvas/shape.ts";
import { t } from "../../../fixtures/canvases.ts";

function shape(node: Node): string {
  let ids = 0;
  return shapeOf(createPlan(node, () => String((ids += 1))));
}

describe("the shape of a canvas", () => {
  it("says in a line what follows what", () => {
    expect(shape({ chain: [t("math.add"), t("math.mul")] })).toBe("math.add → math.mul");
    expect(shape({ group: [t("a.b"), { chain: [t("c.d"), t("e.f")] }] })).toBe("[a.b, c.d → e.f]");
    expect(shape({ chain: [t("a.b"), { group: [t("c.d"), t("c.d")] }, t("e.f")] })).toBe("a.b → [c.d × 2] → e.f");
    expect(shape({ group: [] })).toBe("[]");
  });

  it("writes what comes again and again once, with its number", () => {
    const header = Array.from({ length: 300 }, () => t("probe.sleep"));
    expect(shape({ chord: { header, body: t("math.xsum") } })).toBe("[probe.sleep × 300] → math.xsum");
  });

  it("is short however large the canvas is", () => {
    const steps = Array.from({ length: 900 }, (_, n) => t(`module.task_${n}`));
    expect(shape({ chain: steps }).length).toBeLessThan(250);
    expect(shape({ group: steps.slice(0, 12) })).toContain("module.task_7, …]");
  });
});
