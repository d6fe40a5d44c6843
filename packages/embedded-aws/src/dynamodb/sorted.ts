import { compareTexts } from "./compare.ts";

/**
 * Where something stands among all of a table or index: by the hash of its partition, the partition, the sort key, and
 * what tells equals apart.
 */
export interface Position {
  readonly hash: number;
  readonly partition: string;
  readonly sort: string;
  readonly tie: string;
}

/** How much of a position counts: 0 the hash alone, 1 the partition, 2 the sort key too, 3 all. */
export type Depth = 0 | 1 | 2 | 3;

/** An end of a range: before all that is at the position, or after it. */
export interface Bound {
  readonly at: Position;
  readonly depth: Depth;
  readonly after: boolean;
}

/** Places in a chunk at the most: an insertion moves half of them on average, a search halves what is left of them. */
const CHUNK = 256;

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function comparePositions(a: Position, b: Position, depth: Depth): number {
  if (a.hash !== b.hash) return a.hash - b.hash;
  if (depth === 0) return 0;
  if (a.partition !== b.partition) return compareTexts(a.partition, b.partition);
  if (depth === 1) return 0;
  if (a.sort !== b.sort) return compareTexts(a.sort, b.sort);
  return depth === 2 ? 0 : compareTexts(a.tie, b.tie);
}

/**
 * Places in their order, in chunks: a search, an insertion or a removal takes logarithmic time and moves at most one
 * chunk.
 */
export class SortedList<T extends Position> {
  readonly #chunks: T[][] = [];

  /** What is at exactly this position. */
  find(position: Position): T | undefined {
    const [chunk, index] = this.#seek({ at: position, depth: 3, after: false });
    const found = this.#chunks[chunk]?.[index];
    return found !== undefined && comparePositions(found, position, 3) === 0 ? found : undefined;
  }

  /** Adds what has a position of its own. */
  insert(place: T): void {
    const [found, index] = this.#seek({ at: place, depth: 3, after: false });
    // After the last of all: the last chunk takes it.
    const at = found === this.#chunks.length ? found - 1 : found;
    const chunk = this.#chunks[at];
    if (chunk === undefined) return void this.#chunks.push([place]);
    const appended = at !== found;
    chunk.splice(appended ? chunk.length : index, 0, place);
    // Keys that only grow leave full chunks behind, not half ones.
    if (chunk.length > CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(appended ? CHUNK : CHUNK / 2));
  }

  /** Removes what is at this position. */
  remove(position: Position): void {
    const [at, index] = this.#seek({ at: position, depth: 3, after: false });
    const chunk = this.#chunks[at];
    const found = chunk?.[index];
    if (chunk === undefined || found === undefined || comparePositions(found, position, 3) !== 0) return;
    chunk.splice(index, 1);
    const next = this.#chunks[at + 1];
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    else if (next !== undefined && chunk.length + next.length < CHUNK / 2) {
      chunk.push(...next);
      this.#chunks.splice(at + 1, 1);
    }
  }

  /**
   * Visits what lies between two bounds (from the first or to the last where there is none), until `visit` says false.
   * Nothing may be added or removed meanwhile.
   */
  walk(from: Bound | undefined, to: Bound | undefined, backward: boolean, visit: (place: T) => boolean): void {
    const start = from === undefined ? ([0, 0] as const) : this.#seek(from);
    const end = to === undefined ? ([this.#chunks.length, 0] as const) : this.#seek(to);
    if (backward) this.#backward(start, end, visit);
    else this.#forward(start, end, visit);
  }

  #forward([chunk, index]: Cursor, [last, end]: Cursor, visit: (place: T) => boolean): void {
    for (let c = chunk; c <= last; c++) {
      const places = this.#chunks[c] ?? [];
      const stop = c === last ? end : places.length;
      for (let i = c === chunk ? index : 0; i < stop; i++) {
        const place = places[i];
        if (place === undefined || !visit(place)) return;
      }
    }
  }

  #backward([first, start]: Cursor, [chunk, end]: Cursor, visit: (place: T) => boolean): void {
    for (let c = chunk; c >= first; c--) {
      const places = this.#chunks[c] ?? [];
      const stop = c === first ? start : 0;
      for (let i = (c === chunk ? end : places.length) - 1; i >= stop; i--) {
        const place = places[i];
        if (place === undefined || !visit(place)) return;
      }
    }
  }

  /** The first place that is not before the bound; past the last chunk where there is none. */
  #seek({ at, depth, after }: Bound): Cursor {
    // Orders below this one are before the bound.
    const limit = after ? 1 : 0;
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle];
      const last = chunk?.[chunk.length - 1];
      if (last !== undefined && comparePositions(last, at, depth) < limit) low = middle + 1;
      else high = middle;
    }
    const places = this.#chunks[low];
    let from = 0;
    let to = places === undefined ? 0 : places.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const place = places?.[middle];
      if (place !== undefined && comparePositions(place, at, depth) < limit) from = middle + 1;
      else to = middle;
    }
    return [low, from];
  }
}

type Cursor = readonly [chunk: number, index: number];
