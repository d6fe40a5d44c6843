import type { Entry } from "./entry.ts";

/** Messages of one group that wait, in their order. Any of them leaves in constant time. */
export class Line {
  /** Empty for messages without a group: no group id is empty. */
  readonly group: string;
  first: Entry | null = null;
  last: Entry | null = null;
  size = 0;
  /** Messages of the group that are in flight: kept by FIFO queues. */
  inFlight = 0;
  /** In the heap of lines; below 0 for one that is in none. */
  place = -1;

  constructor(group: string) {
    this.group = group;
  }

  /**
   * Puts a message in by its order, looking from both ends: new ones belong to the end, and what comes back to the
   * front.
   */
  add(entry: Entry): void {
    let before = this.last;
    let after = this.first;
    while (before !== null && after !== null) {
      if (before.order <= entry.order) {
        after = before.next;
        break;
      }
      if (after.order > entry.order) {
        before = after.previous;
        break;
      }
      before = before.previous;
      after = after.next;
    }
    entry.line = this;
    entry.previous = before;
    entry.next = after;
    if (before === null) this.first = entry;
    else before.next = entry;
    if (after === null) this.last = entry;
    else after.previous = entry;
    this.size += 1;
  }

  remove(entry: Entry): void {
    if (entry.previous === null) this.first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) this.last = entry.previous;
    else entry.next.previous = entry.previous;
    entry.line = null;
    entry.previous = null;
    entry.next = null;
    this.size -= 1;
  }

  /** The message that so many others wait before. */
  at(index: number): Entry | null {
    let entry = this.first;
    for (let steps = index; steps > 0 && entry !== null; steps -= 1) entry = entry.next;
    return entry;
  }
}

/** The order of the heap of lines: by the message that each would give next. */
export const LINE_ORDER = {
  before: (a: Line, b: Line): boolean => orderOf(a) < orderOf(b),
  place: (line: Line): number => line.place,
  setPlace: (line: Line, place: number): void => {
    line.place = place;
  },
};

function orderOf(line: Line): number {
  return line.first?.order ?? Number.POSITIVE_INFINITY;
}
