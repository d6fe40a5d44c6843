import type { GroupNode } from "./node.ts";

/** What flows from step to step of a canvas, for the type checker alone. */

/** Where a step keeps its types; no value ever has it. */
declare const TYPES: unique symbol;

/** Something that gives a `Result`, and takes a `Taken` where the result of what comes before is prepended. */
export interface Typed<Result, Taken> {
  /** A method, so that a canvas of which less is known takes one of which more is. */
  readonly [TYPES]?: { readonly result: Result; takes(value: Taken): void };
}

/** Where a task keeps the types of its call; no value ever has it. */
declare const CALL: unique symbol;

/** Something that is called with `Args` and `Kwargs`. */
export interface Called<Args, Kwargs> {
  readonly [CALL]?: { readonly args: Args; readonly kwargs: Kwargs };
}

/** What a task is called with; anything where that is not known. */
export type ArgsOf<Task> =
  Task extends Called<infer Args extends readonly unknown[], infer _> ? Args : readonly unknown[];

/** The keyword arguments of a task. */
export type KwargsOf<Task> = Task extends Called<infer _, infer Kwargs> ? Kwargs : Readonly<Record<string, unknown>>;

/** What a step gives. */
export type ResultOf<Step> = Step extends Typed<infer Result, infer _> ? Result : unknown;

/**
 * What a step takes before its own arguments; `never` where it has no room for it, `unknown` where it takes anything.
 */
export type TakenBy<Step> = Step extends Typed<infer _, infer Taken> ? Taken : unknown;

/**
 * What a list of arguments lacks at its front, by those that are given: the first argument of `Args`, or `never` where
 * they are complete.
 */
export type Lacking<Args extends readonly unknown[], Given extends readonly unknown[]> = Args extends unknown
  ? [Required<Args>[0], ...Given] extends Args
    ? Required<Args>[0]
    : never
  : never;

/**
 * A value after it has crossed as JSON: `undefined` is null, what has `toJSON` is what that gives, and nothing is
 * read-only.
 */
export type Sent<Value> = unknown extends Value ? Value : Value extends undefined | void ? null : SentValue<Value>;

type SentValue<Value> = Value extends { toJSON(): infer Json }
  ? Json
  : Value extends readonly unknown[]
    ? { -readonly [Key in keyof Value]: Sent<Value[Key]> }
    : Value extends object
      ? { -readonly [Key in keyof Value]: undefined extends Value[Key] ? Value[Key] : Sent<Value[Key]> }
      : Value;

/** Whether a step that takes a `Taken` may follow one that gives a `Result`; true where that cannot be known. */
export type Fits<Result, Taken> = [Taken] extends [never]
  ? false
  : unknown extends Result
    ? true
    : [Sent<Result>] extends [Taken]
      ? true
      : false;

/** `Step` where it may follow what gives a `Result`; else what no step is, and the compiler's message shows. */
export type After<Result, Step> =
  Fits<Result, TakenBy<Step>> extends true
    ? Step
    : { readonly "this step cannot take the result before it": { result: Sent<Result>; takes: TakenBy<Step> } };

/** Steps of which each may follow the one before. */
export type Follow<Steps extends readonly unknown[]> = {
  [Index in keyof Steps]: Index extends "0"
    ? Steps[Index]
    : After<ResultOf<[unknown, ...Steps][Index & keyof [unknown, ...Steps]]>, Steps[Index]>;
};

/** What the last step gives. */
export type LastResult<Steps extends readonly unknown[]> = Steps extends readonly [...infer _, infer Last]
  ? ResultOf<Last>
  : Steps extends readonly (infer Any)[]
    ? ResultOf<Any>
    : unknown;

/** A group as a member: its own members take its place. */
type Inner = { readonly node: GroupNode };

/** The list of what members give, in their order. */
export type Results<Members extends readonly unknown[], Done extends unknown[] = []> = Members extends readonly [
  infer First,
  ...infer Rest,
]
  ? Results<Rest, [...Done, ...(First extends Inner ? ListOf<First> : [ResultOf<First>])]>
  : Members extends readonly []
    ? Done
    : [...Done, ...OneOf<Members[number]>[]];

type ListOf<Group> = ResultOf<Group> extends readonly unknown[] ? ResultOf<Group> : unknown[];

type OneOf<Member> = Member extends Inner ? ListOf<Member>[number] : ResultOf<Member>;

/** What every member takes. */
export type TakenByAll<Members extends readonly unknown[]> = (
  Members[number] extends infer Member ? (Member extends unknown ? (taken: TakenBy<Member>) => void : never) : never
) extends (taken: infer All) => void
  ? All
  : unknown;
