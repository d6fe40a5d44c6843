import * as z from "zod";
import { MAX_LOST } from "../limits.ts";
import { type Payload, PayloadSchema } from "./message.ts";
import type { TaskRecord } from "./record.ts";

/** Longest name of an effect, in characters. */
export const MAX_EFFECT_KEY = 200;

/** An effect of a task as the table keeps it. */
export const StoredEffectSchema = z.object({
  /** The claim of the task that last ran it. */
  fence: z.string(),
  /** The {@link turnOf} that claim. */
  turn: z.number().int(),
  /** What it gave; null while it runs, or where the attempt that ran it failed or was lost. */
  result: PayloadSchema.nullable(),
});

export type StoredEffect = z.output<typeof StoredEffectSchema>;

/** The place of a claim among the claims of its task: each has a higher one than those before it. */
export function turnOf({ attempt, lost }: Pick<TaskRecord, "attempt" | "lost">): number {
  return attempt * (MAX_LOST + 1) + lost;
}

/** What becomes of an attempt that wants to have an effect. */
export type EffectDecision =
  /** It happened, and gave this: it is not run again. */
  | { readonly action: "give"; readonly result: Payload }
  /**
   * It is run: for the first time, or again, since the attempt that ran it failed, or was lost and nobody knows how far
   * it came.
   */
  | { readonly action: "run" }
  /** A later attempt runs it, so this one counts for nothing. */
  | { readonly action: "leave" };

/**
 * Decides over an effect that an attempt with this turn wants to have.
 * @param effect as it is stored, or null where nothing is.
 */
export function onEffect(effect: StoredEffect | null, turn: number): EffectDecision {
  if (effect === null) return { action: "run" };
  if (effect.result !== null) return { action: "give", result: effect.result };
  return effect.turn > turn ? { action: "leave" } : { action: "run" };
}

/** Why an effect may not be called so; null where it may. */
export function effectKeyFault(key: unknown): string | null {
  if (typeof key === "string" && key.length >= 1 && key.length <= MAX_EFFECT_KEY) return null;
  return `expected a name of 1 to ${MAX_EFFECT_KEY} characters, the same in every attempt`;
}
