import * as z from "zod";
import { plainValue } from "./values.ts";

/** The options of a signature that mean something here; the others belong to Celery's own workers. */
const SignatureOptions = z.looseObject({
  task_id: z.string().nullish(),
  group_id: z.string().nullish(),
  countdown: z.number().nullish(),
  // Those of a signature within a message are tagged; those of its headers are text.
  eta: z.preprocess(plainValue, z.string().nullish()),
  expires: z.preprocess(plainValue, z.union([z.number(), z.string()]).nullish()),
  time_limit: z.number().nullish(),
  soft_time_limit: z.number().nullish(),
  priority: z.number().nullish(),
  ignore_result: z.boolean().nullish(),
  queue: z.string().nullish(),
  get link() {
    return z.array(Signature).nullish();
  },
  get link_error() {
    return z.array(Signature).nullish();
  },
  get chord() {
    return Signature.nullish();
  },
});

/** A signature as Celery writes it into messages (celery/canvas.py, Signature). */
export interface Signature {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly options: z.infer<typeof SignatureOptions>;
  readonly immutable: boolean;
}

/** Schema of {@link Signature}. */
export const Signature: z.ZodType<Signature> = z.lazy(() => AsWritten.transform(unfolded));

const AsWritten = z.looseObject({
  task: z.string(),
  args: z
    .array(z.unknown())
    .nullish()
    .transform((args) => args ?? []),
  kwargs: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((kwargs) => kwargs ?? {}),
  options: z.preprocess((options) => options ?? {}, SignatureOptions),
  immutable: z
    .boolean()
    .nullish()
    .transform((immutable) => immutable ?? false),
});

const Rest = z.looseObject({ chain: z.array(z.unknown()).min(1) });

/**
 * A chain that is the body of a chord is written as its first task, with what follows it, the last first, among the
 * options (celery/canvas.py, chain.freeze).
 */
function unfolded(signature: z.output<typeof AsWritten>): Signature {
  const { success, data } = Rest.safeParse(signature.options);
  if (!success) return signature;
  const { chain, ...options } = data;
  const tasks = [{ ...signature, options }, ...chain.toReversed()];
  return { task: "celery.chain", args: [], kwargs: { tasks }, options: {}, immutable: false };
}

/** What a signature is made of: a task, or others. */
export type Shape =
  | { readonly kind: "task" }
  | { readonly kind: "chain" | "group"; readonly parts: readonly Signature[] }
  | { readonly kind: "chord"; readonly header: readonly Signature[]; readonly body: Signature }
  | { readonly kind: "map" | "starmap"; readonly task: Signature; readonly items: readonly unknown[] };

const Signatures = z.array(Signature);
const Group = z.union([Signatures, z.object({ kwargs: z.object({ tasks: Signatures }) })]);
const Mapped = z.object({ task: Signature, it: z.array(z.unknown()) });

/** Reads what a signature is made of. @throws ZodError where its arguments are not those of its kind. */
export function shapeOf({ task, kwargs }: Signature): Shape {
  switch (task) {
    case "celery.chain":
    case "celery.group":
      return { kind: task === "celery.chain" ? "chain" : "group", parts: partsOf(kwargs["tasks"]) };
    case "celery.chord":
      return { kind: "chord", header: partsOf(kwargs["header"]), body: Signature.parse(kwargs["body"]) };
    case "celery.map":
    case "celery.starmap": {
      const { task: mapped, it } = Mapped.parse(kwargs);
      return { kind: task === "celery.map" ? "map" : "starmap", task: mapped, items: it.map(plainValue) };
    }
    default:
      return { kind: "task" };
  }
}

function partsOf(value: unknown): readonly Signature[] {
  const group = Group.parse(value);
  return "kwargs" in group ? group.kwargs.tasks : group;
}

/** The signature with values put before its arguments, unless it takes none. */
export function withArgs(signature: Signature, before: readonly unknown[]): Signature {
  return signature.immutable ? signature : { ...signature, args: [...before, ...signature.args] };
}
