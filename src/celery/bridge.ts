import type { Services } from "../aws/services.ts";
import type { Backend } from "./backend.ts";
import type { BridgeConfig } from "./config.ts";
import type { Signature } from "./signature.ts";

/** What the bridge works with. */
export interface Bridge {
  readonly services: Services;
  readonly config: BridgeConfig;
  readonly backend: Backend;
  /** Runs signatures one after the other: those that run here as one canvas, others where they run. */
  readonly run: (sequence: readonly Signature[], origin: Origin) => Promise<void>;
}

/** Where a sequence comes from. */
export interface Origin {
  readonly root: string;
  /** When it was asked for, milliseconds since 1970: always the same, so that a repeat meets the first's records. */
  readonly created: number;
  /** The Celery group that it stands in. */
  readonly group?: { readonly id: string; readonly index: number | null } | null;
}

/** A later rank than any attempt's: what has ended keeps its end. */
export const FINAL_RANK = 1_000_000;
