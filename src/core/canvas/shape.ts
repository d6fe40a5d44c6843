import type { Part } from "./place.ts";
import type { Plan } from "./plan.ts";

/** Characters of a shape, and different parts of one group, that are written out. */
const LONGEST = 240;
const MOST_PARTS = 8;

/** A plan in a line: `math.add → [probe.sleep × 300, math.mul] → math.xsum`, cut where it is long. */
export function shapeOf({ top, canvases }: Plan): string {
  const byId = new Map(canvases.map((canvas) => [canvas.id, canvas]));
  const write = (part: Part): string => {
    if (part.task !== null) return part.task;
    const canvas = byId.get(part.id);
    if (canvas === undefined) return "";
    if (canvas.kind === "chain") return collapsed(canvas.steps.map(write), " → ");
    if (canvas.kind === "group") return `[${collapsed(canvas.members.map(write), ", ")}]`;
    return `${write({ id: canvas.header, task: null, result: canvas.header })} → ${write(canvas.body)}`;
  };
  return cut(write(top));
}

/** Parts in a row that are the same are written once, with their number. */
function collapsed(parts: readonly string[], between: string): string {
  const runs: { text: string; times: number }[] = [];
  for (const text of parts) {
    const last = runs.at(-1);
    if (last?.text === text) last.times += 1;
    else runs.push({ text, times: 1 });
  }
  const shown = runs.slice(0, MOST_PARTS).map(({ text, times }) => (times === 1 ? text : `${text} × ${times}`));
  return cut([...shown, ...(runs.length > MOST_PARTS ? ["…"] : [])].join(between));
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
