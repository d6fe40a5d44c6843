import type { Input } from "../json-service.ts";
import type { Expressions } from "./expression/cache.ts";
import type { Tables } from "./tables.ts";

/** What the operations work with. */
export interface Context {
  readonly tables: Tables;
  readonly expressions: Expressions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An operation of the service. Throws ServiceError for what it refuses. */
export type Operation = (context: Context, input: Input) => object;
