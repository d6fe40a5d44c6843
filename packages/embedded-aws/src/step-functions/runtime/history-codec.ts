import { isJsonArray, type Json, jsonBytes, type JsonObject } from "../language/json.ts";
import type { EventDetails, EventRow } from "./history.ts";

/**
 * From this many bytes on a value is written once, however many events and other values have it: a state's output is
 * the next one's input.
 */
const SHARED_BYTES = 512;

/** The places of a value, a field's name or an item's index, at which shared values stand, by their numbers. */
type References = Readonly<Record<string, number>>;

/** A shared value: `null` stands where it has others. */
type SharedValue = readonly [value: Json, references: References];

/** Some events of a history, and the shared values that came with them. Values are numbered through all pieces. */
interface Piece {
  readonly shared: readonly SharedValue[];
  readonly rows: readonly (readonly [...event: EventRow, references?: References])[];
}

/** Whether there may be something to share: a state's data, where it is no bare value. */
function hasData({ input, output, parameters }: EventDetails): boolean {
  return typeof input === "object" || typeof output === "object" || typeof parameters === "object";
}

/** Writes a history piece by piece; the pieces take as much as what is new in each. */
export class HistoryWriter {
  /** The numbers of the shared values so far. */
  readonly #numbers: Map<object, number>;

  /** @param known the shared values of pieces that are written already, in their order */
  constructor(known: readonly object[] = []) {
    this.#numbers = new Map(known.map((value, number) => [value, number]));
  }

  /** The JSON of a piece with these events. */
  write(rows: readonly EventRow[]): string {
    const shared: SharedValue[] = [];
    const written = rows.map((row) => this.#row(row, shared));
    const piece: Piece = { shared, rows: written };
    return JSON.stringify(piece);
  }

  #row(row: EventRow, shared: SharedValue[]): Piece["rows"][number] {
    const [at, type, previous, details] = row;
    if (details === null || !hasData(details)) return row;
    const [rest, references] = this.#part(details, shared);
    return references === null ? row : [at, type, previous, rest, references];
  }

  /** An object without what is shared in it, and where that was; null for nothing. */
  #part<Whole extends EventDetails>(whole: Whole, shared: SharedValue[]): readonly [Whole, References | null] {
    let references: Record<string, number> | null = null;
    let rest: Whole = whole;
    for (const name of Object.keys(whole)) {
      const number = name === "__proto__" ? null : this.#numberOf(whole[name], shared);
      if (number === null) continue;
      if (references === null) rest = { ...whole };
      references ??= {};
      references[name] = number;
      Object.assign(rest, { [name]: null });
    }
    return [rest, references];
  }

  #numberOf(value: Json | undefined, shared: SharedValue[]): number | null {
    if (typeof value !== "object" || value === null) return null;
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    if (jsonBytes(value) < SHARED_BYTES) return null;
    shared.push(isJsonArray(value) ? this.#list(value, shared) : this.#object(value, shared));
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }

  #object(value: JsonObject, shared: SharedValue[]): SharedValue {
    const [rest, references] = this.#part(value, shared);
    return [rest, references ?? {}];
  }

  #list(value: readonly Json[], shared: SharedValue[]): SharedValue {
    const references: Record<string, number> = {};
    const rest = value.map((item, index) => {
      const number = this.#numberOf(item, shared);
      if (number === null) return item;
      references[index] = number;
      return null;
    });
    return [rest, references];
  }
}

/** Reads the pieces of a history in their order. Values that were shared are so again. */
export class HistoryReader {
  /** The shared values so far, by number. */
  readonly shared: (Json & object)[] = [];

  read(json: string): EventRow[] {
    const piece: Piece = JSON.parse(json);
    for (const [value, references] of piece.shared) {
      if (typeof value !== "object" || value === null)
        throw new TypeError(`A shared value is ${JSON.stringify(value)}.`);
      this.#fill(value, references);
      this.shared.push(value);
    }
    return piece.rows.map(([at, type, previous, details, references]) => {
      if (details !== null && references !== undefined) this.#fill(details, references);
      return [at, type, previous, details];
    });
  }

  #fill(value: object, references: References): void {
    for (const [name, number] of Object.entries(references)) Object.assign(value, { [name]: this.shared[number] });
  }
}
