import { isJsonArray, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { parsePath, type Path } from "./path.ts";

/** Makes the error for what is wrong at a place in a definition. */
export type DefinitionFault = (path: string, message: string) => Error;

/** A definition that cannot be run as it stands; `path` is a JSON Pointer to the field, `fault` what is wrong there. */
export class DefinitionError extends Error {
  readonly path: string;
  readonly fault: string;

  constructor(path: string, fault: string, machineName?: string) {
    super(`${machineName === undefined ? "" : `${machineName} `}${path === "" ? "/" : path}: ${fault}`);
    this.name = "DefinitionError";
    this.path = path;
    this.fault = fault;
  }
}

/** The fault of a definition at a path. */
export const definitionFault: DefinitionFault = (path, message) => new DefinitionError(path, message);

/** Fields that AWS has and the embedded Step Functions does not, with what they belong to. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  Arguments: "JSONata",
  Assign: "workflow variables",
  Condition: "JSONata",
  Credentials: "cross-account access",
  ItemBatcher: "Distributed Map",
  ItemReader: "Distributed Map",
  Items: "JSONata",
  Iterator: "the older form of Map; write ItemProcessor",
  Label: "Distributed Map",
  MaxConcurrencyPath: "a concurrency from the input; write MaxConcurrency",
  Output: "JSONata",
  ResultWriter: "Distributed Map",
  ToleratedFailureCount: "Distributed Map",
  ToleratedFailureCountPath: "Distributed Map",
  ToleratedFailurePercentage: "Distributed Map",
  ToleratedFailurePercentagePath: "Distributed Map",
};

/** An object of a definition whose fields are taken one by one, so that those nobody took can be refused by name. */
export class Fields {
  readonly path: string;
  readonly #object: JsonObject;
  readonly #taken = new Set<string>();

  constructor(value: Json | undefined, path: string) {
    if (!isJsonObject(value)) throw new DefinitionError(path, `expected an object, got ${show(value)}`);
    this.path = path;
    this.#object = value;
  }

  /** The path of one of the fields. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  /** The field as it is; undefined if it is missing. */
  take(name: string): Json | undefined {
    this.#taken.add(name);
    return this.has(name) ? this.#object[name] : undefined;
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#missing(name);
  }

  optionalString(name: string): string | null {
    const value = this.take(name);
    if (value === undefined) return null;
    if (typeof value !== "string") throw this.fault(name, `expected a string, got ${show(value)}`);
    return value;
  }

  /** A whole number within bounds; `fallback` if it is missing. */
  integer<Fallback>(name: string, minimum: number, maximum: number, fallback: Fallback): number | Fallback {
    const value = this.take(name);
    if (value === undefined) return fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum) {
      throw this.fault(name, `expected a whole number from ${minimum} to ${maximum}, got ${show(value)}`);
    }
    return value;
  }

  list(name: string): readonly Json[] {
    const value = this.take(name);
    if (!isJsonArray(value) || value.length === 0) throw this.fault(name, `expected a list, got ${show(value)}`);
    return value;
  }

  strings(name: string): readonly string[] {
    return this.list(name).map((item) => {
      if (typeof item !== "string") throw this.fault(name, `expected strings, got ${show(item)}`);
      return item;
    });
  }

  object(name: string): Fields {
    return new Fields(this.take(name) ?? this.#missing(name), this.at(name));
  }

  /** A path, null where the field is null, and `fallback` where it is missing. */
  nullablePath(name: string, fallback: Path): Path | null {
    return this.take(name) === null ? null : (this.optionalPath(name) ?? fallback);
  }

  optionalPath(name: string): Path | null {
    const text = this.optionalString(name);
    if (text === null) return null;
    try {
      return parsePath(text);
    } catch (error) {
      throw this.fault(name, error instanceof Error ? error.message : String(error));
    }
  }

  fault(name: string, message: string): DefinitionError {
    return new DefinitionError(this.at(name), message);
  }

  /** The names of the fields that nobody took. */
  get rest(): readonly string[] {
    return Object.keys(this.#object).filter((name) => !this.#taken.has(name));
  }

  /** Refuses the fields that AWS has and the embedded Step Functions does not; `owner` is such as `a Task state`. */
  refuseUnserved(owner: string): void {
    const unserved = Object.keys(this.#object).find((name) => Object.hasOwn(ELSEWHERE, name));
    if (unserved !== undefined) throw this.#unserved(unserved, owner);
  }

  /** Refuses the first field that nobody took. */
  done(owner: string): void {
    const [unknown] = this.rest;
    if (unknown !== undefined) throw this.#unserved(unknown, owner);
  }

  #unserved(name: string, owner: string): DefinitionError {
    const reason = Object.hasOwn(ELSEWHERE, name) ? ` (${ELSEWHERE[name]})` : "";
    return this.fault(name, `the embedded Step Functions doesn't serve the field ${name}${reason} in ${owner}`);
  }

  #missing(name: string): never {
    throw this.fault(name, "the field is missing");
  }
}

/** A value as an error message shows it. */
export function show(value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
