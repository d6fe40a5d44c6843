import type { Part } from "../canvas/place.ts";
import type { Plan, PlannedCanvas, PlannedTask } from "../canvas/plan.ts";

/**
 * Members of a group that each get a branch of a Parallel; of more, where all are one task, a Map has one state for
 * all.
 */
const MAX_BRANCHES = 40;

/** Characters of a state's name that a task's may take; AWS allows 80, and names are told apart by what follows. */
const MAX_STATE_NAME = 64;

/**
 * A plan as the states of a machine. The same canvas always gives the same names and keys, whatever ids its plan has.
 */
export type Block = TaskBlock | SequenceBlock | GroupBlock;

/** A task, one state. */
export interface TaskBlock {
  readonly kind: "task";
  readonly state: string;
  /** Under it the input has the task's id. */
  readonly key: string;
  readonly task: PlannedTask;
}

/** Blocks one after the other; at least one. */
export interface SequenceBlock {
  readonly kind: "sequence";
  readonly blocks: readonly Block[];
}

/** Members side by side, and the state that makes their list. */
export interface GroupBlock {
  readonly kind: "group";
  readonly state: string;
  readonly close: string;
  /** Under it the input has the group's id. */
  readonly key: string;
  readonly id: string;
  readonly members: Branches | Items;
}

/** A branch for each member. */
export interface Branches {
  readonly kind: "branches";
  readonly branches: readonly Branch[];
}

/** A member of a group, and the state in which its branch ends where it fails. */
export interface Branch {
  readonly block: Block;
  readonly lost: string;
}

/** One state for many members that are the same task. */
export interface Items {
  readonly kind: "items";
  readonly state: string;
  readonly lost: string;
  /** Under it the input has the list of the members' ids. */
  readonly key: string;
  readonly tasks: readonly PlannedTask[];
}

/** The states that carry a plan. */
export function layOut(plan: Plan): Block {
  return new Layout(plan).block(plan.top);
}

/** The name of the state that a block begins with. */
export function firstState(block: Block): string {
  if (block.kind === "task") return block.state;
  if (block.kind === "sequence") return block.blocks[0] === undefined ? "" : firstState(block.blocks[0]);
  return isEmpty(block) ? block.close : block.state;
}

/** Whether a group has no members; then it is only closed. */
export function isEmpty({ members }: GroupBlock): boolean {
  return members.kind === "branches" && members.branches.length === 0;
}

/** What a machine is told: ids by the keys of its layout. Never a payload. */
export interface WorkflowInput {
  /** The canvas that the machine carries. */
  readonly id: string;
  readonly ids: Readonly<Record<string, string | readonly string[]>>;
}

/** The input of the machine that carries `plan`. */
export function workflowInput(plan: Plan): WorkflowInput {
  return { id: plan.top.id, ids: Object.fromEntries(idsOf(layOut(plan))) };
}

function* idsOf(block: Block): Generator<[string, string | readonly string[]]> {
  if (block.kind === "task") yield [block.key, block.task.id];
  else if (block.kind === "sequence") for (const inner of block.blocks) yield* idsOf(inner);
  else {
    const { members } = block;
    yield [block.key, block.id];
    if (members.kind === "items") yield [members.key, members.tasks.map((task) => task.id)];
    else for (const branch of members.branches) yield* idsOf(branch.block);
  }
}

class Layout {
  readonly #tasks: ReadonlyMap<string, PlannedTask>;
  readonly #canvases: ReadonlyMap<string, PlannedCanvas>;
  readonly #states = new Uniques((name, n) => `${name} (${n})`);
  readonly #keys = new Uniques((name, n) => `${name}_${n}`);

  constructor(plan: Plan) {
    this.#tasks = new Map(plan.tasks.map((task) => [task.id, task]));
    this.#canvases = new Map(plan.canvases.map((canvas) => [canvas.id, canvas]));
  }

  block(part: Part): Block {
    const task = this.#tasks.get(part.id);
    if (task !== undefined) return { kind: "task", ...this.#named(task), task };
    const canvas = this.#canvas(part.id);
    if (canvas.kind === "group") return this.#group(canvas);
    if (canvas.kind === "chain") return { kind: "sequence", blocks: canvas.steps.map((step) => this.block(step)) };
    const header = this.#canvas(canvas.header);
    if (header.kind !== "group") throw new Error(`The header ${header.id} of the plan is no group.`);
    return { kind: "sequence", blocks: [this.#group(header), this.block(canvas.body)] };
  }

  #group(canvas: Extract<PlannedCanvas, { kind: "group" }>): GroupBlock {
    const named = {
      state: this.#states.take("Group"),
      close: this.#states.take("Close"),
      key: this.#keys.take("group"),
    };
    return { kind: "group", ...named, id: canvas.id, members: this.#members(canvas.members) };
  }

  #members(parts: readonly Part[]): Branches | Items {
    const tasks = parts.map((part) => this.#tasks.get(part.id)).filter((task) => task !== undefined);
    const [first] = tasks;
    const isOneTask = tasks.length === parts.length && tasks.every((task) => task.node.task === first?.node.task);
    if (first !== undefined && isOneTask && parts.length > MAX_BRANCHES) {
      const named = this.#named(first);
      return { kind: "items", ...named, lost: this.#lost(named.state), tasks };
    }
    const branches = parts.map((part) => {
      const block = this.block(part);
      return { block, lost: this.#lost(firstState(block)) };
    });
    return { kind: "branches", branches };
  }

  #named({ node }: PlannedTask): { state: string; key: string } {
    return {
      state: this.#states.take(node.task.slice(0, MAX_STATE_NAME)),
      key: this.#keys.take(node.task.replaceAll(/\W/g, "_")),
    };
  }

  #lost(state: string): string {
    return this.#states.take(`${state} lost`);
  }

  #canvas(id: string): PlannedCanvas {
    const canvas = this.#canvases.get(id);
    if (canvas === undefined) throw new Error(`The plan has no canvas ${id}.`);
    return canvas;
  }
}

/** Gives names out once. */
class Uniques {
  readonly #taken = new Map<string, number>();
  readonly #again: (name: string, n: number) => string;

  /** @param again the name of the nth that asks for it, from 2. */
  constructor(again: (name: string, n: number) => string) {
    this.#again = again;
  }

  take(name: string): string {
    let n = (this.#taken.get(name) ?? 0) + 1;
    let unique = n === 1 ? name : this.#again(name, n);
    while (n > 1 && this.#taken.has(unique)) unique = this.#again(name, (n += 1));
    this.#taken.set(name, n);
    if (unique !== name) this.#taken.set(unique, 1);
    return unique;
  }
}
