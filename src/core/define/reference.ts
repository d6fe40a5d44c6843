import type { Called, Lacking, Typed } from "../canvas/flow.ts";
import { type CallOptions, type Signature, type TaskNode, createSignature, wireOptions } from "../canvas/signature.ts";

/** Argument lists without their first entry, for a step that gets its parent's result prepended. */
type Tail<Args> = Args extends readonly [unknown, ...infer Rest]
  ? Rest
  : Args extends readonly [unknown?, ...infer Rest]
    ? Rest
    : Args;

/** A task by its name and its types: all that it takes to call it, without its code. */
export interface TaskRef<Args extends readonly unknown[], Kwargs, Result, Name extends string = string>
  extends Typed<Result, Lacking<Args, []>>, Called<Args, Kwargs> {
  /** `module.task`. */
  readonly name: Name;
  /** The task without arguments, as a step of a canvas. */
  readonly node: TaskNode;
  /** A signature: the task with its arguments, or with all but the first where a result will be prepended. */
  s<Given extends Args | Tail<Args>>(...args: Given): Signature<Result, Lacking<Args, Given>>;
  /** An immutable signature: no result is prepended. */
  si(...args: Args): Signature<Result>;
  /** A signature with keyword arguments and options. */
  signature<Given extends Args | Tail<Args>>(
    call: { args: Given; kwargs?: Kwargs; immutable?: boolean } & CallOptions,
  ): Signature<Result, Lacking<Args, Given>>;
}

/** A call as its parts. */
export type AnyCall = {
  readonly args: readonly unknown[];
  readonly kwargs?: unknown;
  readonly immutable?: boolean;
} & CallOptions;

/** The task that is called so. Nothing of it is loaded or asked for. */
export function createReference<Args extends readonly unknown[], Kwargs, Result, Name extends string>(
  name: Name,
): TaskRef<Args, Kwargs, Result, Name> {
  return {
    name,
    node: callNode(name, { args: [] }),
    s: (...values) => createSignature(callNode(name, { args: values })),
    si: (...values) => createSignature(callNode(name, { args: values, immutable: true })),
    signature: (call) => createSignature(callNode(name, call)),
  };
}

/** The node of a call. */
export function callNode(task: string, { args, kwargs, immutable, ...options }: AnyCall): TaskNode {
  return {
    task,
    args: [...args],
    kwargs: { ...(typeof kwargs === "object" ? kwargs : {}) },
    options: wireOptions(options),
    immutable: immutable ?? false,
  };
}
