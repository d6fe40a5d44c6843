import type { ArgsOf, KwargsOf, ResultOf } from "../core/canvas/flow.ts";
import type { TaskNode } from "../core/canvas/signature.ts";
import { type TaskRef, createReference } from "../core/define/reference.ts";

/** A task as a client needs it: what {@link task} or `defineTask` returned. */
export interface AnyRef {
  readonly name: string;
  readonly node: TaskNode;
}

/** The tasks among what a module exports; of a union of modules, all of theirs. */
type TaskIn<Modules> = Modules extends unknown
  ? Modules[keyof Modules] extends infer Exported
    ? Exported extends AnyRef
      ? Exported
      : never
    : never
  : never;

/** The names of the tasks of modules; any string where no modules were named. */
export type NameIn<Modules> = [TaskIn<Modules>] extends [never] ? string : TaskIn<Modules>["name"];

/** The task of this name; `unknown` where no modules were named. */
export type TaskNamed<Modules, Name> = [TaskIn<Modules>] extends [never]
  ? unknown
  : Extract<TaskIn<Modules>, { readonly name: Name }>;

/** The task that is meant by a name, or by a reference. */
export type Meant<Modules, Task> = Task extends string ? TaskNamed<Modules, Task> : Task;

/** A reference with the types of a task. */
export type RefOf<Task> = TaskRef<
  ArgsOf<Task>,
  KwargsOf<Task>,
  ResultOf<Task>,
  Task extends { readonly name: infer Name extends string } ? Name : string
>;

/**
 * A task by its name, with the types of `typeof add`: `task<typeof add>("math.add")` after
 * `import type { add } from "../functions/tasks/math.ts"`, which loads nothing. Another name than the task's is a type
 * error.
 */
export function task<Task extends AnyRef = TaskRef<readonly unknown[], Readonly<Record<string, unknown>>, unknown>>(
  name: Task["name"],
): RefOf<Task>;
export function task(name: string): AnyRef {
  return createReference(name);
}
