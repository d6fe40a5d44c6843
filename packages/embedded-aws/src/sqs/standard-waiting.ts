import type { Entry } from "./entry.ts";
import { Fairness } from "./fairness.ts";
import { Heap } from "./heap.ts";
import { LINE_ORDER, Line } from "./line.ts";
import type { Choose, Waiting } from "./waiting.ts";

/**
 * A standard queue's order: as they became visible, but messages of quiet groups before those of noisy ones. Where no
 * message has a group it is one list. At most 18 groups are noisy at a time (each takes more than a tenth, of one thing
 * or the other), so that many are passed over at most.
 */
export function createStandardWaiting(now: number, choose: Choose | undefined): Waiting {
  const fairness = new Fairness(now);
  /** Messages without a group. */
  const alone = new Line("");
  /** Messages with a group, by it. */
  const lines = new Map<string, Line>();
  /** The lines of `lines`; none of them is empty. */
  const heads = new Heap<Line>(LINE_ORDER);
  let placed = 0;
  let size = 0;

  function add(entry: Entry): void {
    placed += 1;
    entry.order = placed;
    size += 1;
    const group = entry.message.messageGroupId;
    if (group === undefined) return alone.add(entry);
    let line = lines.get(group);
    if (line === undefined) lines.set(group, (line = new Line(group)));
    line.add(entry);
    // A later message of the group changes nothing in the order of the groups.
    if (line.size === 1) heads.add(line);
  }

  function remove(entry: Entry): void {
    const { line } = entry;
    if (line === null) return;
    size -= 1;
    if (line === alone) return line.remove(entry);
    heads.remove(line);
    line.remove(entry);
    if (line.size > 0) heads.add(line);
    else lines.delete(line.group);
  }

  /** The next by the order of SQS: the first of a quiet group or of none, else the first. */
  function fairest(time: number): Entry | undefined {
    if (heads.size === 0) return alone.first ?? undefined;
    fairness.age(time);
    const noisy: Line[] = [];
    let head = heads.first();
    while (head !== undefined && fairness.isNoisy(head.group, time)) {
      heads.remove(head);
      noisy.push(head);
      head = heads.first();
    }
    for (const line of noisy) heads.add(line);
    const [quiet, single] = [head?.first, alone.first];
    if (quiet && single) return quiet.order < single.order ? quiet : single;
    return quiet ?? single ?? noisy[0]?.first ?? undefined;
  }

  /** The next where something chooses. With groups it counts through the lines, one message of each at a time. */
  function chosen(index: number): Entry | undefined {
    const all = alone.size > 0 ? [alone, ...heads.values()] : heads.values();
    const line = all[index % all.length];
    return line?.at(Math.floor(index / all.length) % line.size) ?? undefined;
  }

  return {
    size: () => size,
    ready: () => size,
    add,
    remove,
    next: (time) => {
      const index = choose !== undefined && size > 1 ? choose(size) : 0;
      const entry = index === 0 ? fairest(time) : chosen(index);
      if (entry !== undefined) remove(entry);
      return entry;
    },
    end: () => {},
    received: (entry, time) => fairness.received(entry.message.messageGroupId, time),
    left: (entry, since, time) => fairness.left(entry.message.messageGroupId, since, time),
  };
}
