import { resultToJson } from "../core/result-json.ts";
import { effectKeyFault } from "../core/record/once.ts";
import type { Sent } from "../core/canvas/flow.ts";
import type { Effect, Self } from "../core/define/self.ts";
import { ClaimAnswerSchema } from "./ipc.ts";
import type { TaskRun } from "./task-run.ts";

/** What a run asks, and how: all that `once` needs of it. */
type Asker = Pick<TaskRun, "ask">;

/** `self.once` of one run. Two calls with one key share one: what is under way is waited for. */
export function createOnce(run: Asker): Self["once"] {
  const effects = new Map<string, Promise<unknown>>();
  // What comes back has crossed as JSON, as the type says.
  function once<Result>(key: string, fn: (effect: Effect) => Result | Promise<Result>): Promise<Sent<Result>>;
  function once(key: string, fn: (effect: Effect) => unknown): Promise<unknown> {
    const fault = effectKeyFault(key);
    if (fault !== null) return Promise.reject(new TypeError(`once(${JSON.stringify(key)}): ${fault}.`));
    const before = effects.get(key);
    if (before !== undefined) return before;
    const effect = haveEffect(run, key, fn).catch((error: unknown) => {
      // The next call tries again.
      effects.delete(key);
      throw error;
    });
    effects.set(key, effect);
    return effect;
  }
  return once;
}

async function haveEffect(run: Asker, key: string, fn: (effect: Effect) => unknown): Promise<unknown> {
  const claim = ClaimAnswerSchema.parse(await run.ask({ kind: "claim", key }));
  if ("json" in claim) return JSON.parse(claim.json);
  const json = resultToJson(await fn({ key: claim.effect }));
  await run.ask({ kind: "record", key, json });
  return JSON.parse(json);
}
