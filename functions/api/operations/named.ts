import { DocumentStore } from "../../../src/aws/document-store.ts";
import type { Services } from "../../../src/aws/services.ts";
import { isId } from "../../../src/ask/ask.ts";
import { mayAccess, submitterOf } from "../../../src/core/record/caller.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import { pointer } from "../../../src/core/json.ts";
import { inParallel } from "../../../src/core/parallel.ts";
import type { ApiRequest } from "../http/request.ts";

/** Keys of what is stored in S3 for clients: documents, uploads and outputs. */
const KEY = /^(?:documents|uploads|outputs)\/[0-9a-f-]{36}\/[^/]{1,200}$/;

/** A value by which a body names something stored, and where it does. */
interface Named {
  readonly name: string;
  readonly path: string;
}

/**
 * Refuses a body that names documents or tasks which the caller may not read, wherever it does: a task that is given
 * one would read it. What is not there is refused alike, so that nobody learns what is. The worker looks again, at what
 * is only known when a task starts.
 * @throws Problem 404 naming every place.
 */
export async function refuseForeign(request: ApiRequest, services: Services): Promise<void> {
  const { caller, body } = request;
  if (caller.owner === null || caller.rights.has("all") || body.length === 0) return;
  const keys: Named[] = [];
  const tasks: Named[] = [];
  collect(JSON.parse(body.toString()), [], keys, tasks);
  const store = new DocumentStore(services.env.bucket, () => submitterOf(caller));
  const names = [...new Set(keys.map(({ name }) => name))];
  const sizes = await inParallel(names, (name) => store.size(name));
  const missing = new Set(names.filter((_, index) => sizes[index] === null));
  const records = await services.tasks.getMany([...new Set(tasks.map(({ name }) => name))], services.now());
  for (const { id, call } of records) if (!mayAccess(caller, call.owner)) missing.add(id);
  const faults = [...keys, ...tasks].filter(({ name }) => missing.has(name));
  if (faults.length === 0) return;
  throw new Problem(404, "unknown_document", "There is no such document, or its time is over.", {
    errors: faults.slice(0, MAX_FAULTS).map(({ path }) => ({ path, message: "names nothing that is there" })),
  });
}

/** Places that an answer lists. */
const MAX_FAULTS = 100;

function collect(value: unknown, path: readonly PropertyKey[], keys: Named[], tasks: Named[]): void {
  if (typeof value === "string") {
    if (KEY.test(value)) keys.push({ name: value, path: pointer(path) });
    // The id that a client chooses for a task names nothing yet; in an argument it says whose rows are meant.
    else if (path.at(-1) === "task_id" && path.at(-2) !== "options" && isId(value))
      tasks.push({ name: value.toLowerCase(), path: pointer(path) });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value))
    collect(inner, [...path, Array.isArray(value) ? Number(key) : key], keys, tasks);
}
