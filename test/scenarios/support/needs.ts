import { type TestContext, inject } from "vitest";
import type { Ability } from "../../../lib/emulator.ts";

declare module "vitest" {
  export interface TaskMeta {
    /** Why a scenario was skipped, for the report of a run against another AWS. */
    skipped?: string;
  }
}

/** Skips a scenario, with a reason that is printed. */
export function skip({ task, skip: end }: TestContext, reason: string): never {
  task.meta.skipped = reason;
  return end(reason);
}

/** Whether the AWS under test cannot do something: for a scenario that goes another way there. */
export function lacks(ability: Ability): boolean {
  return inject("cannot")[ability] !== undefined;
}

/** Skips a scenario where the AWS under test cannot do what it needs. AWS and the embedded AWS can do it all. */
export function needs(context: TestContext, ...abilities: readonly Ability[]): void {
  for (const ability of abilities) {
    const reason = inject("cannot")[ability];
    if (reason !== undefined) skip(context, reason);
  }
}
