import { type Node, isChainNode, isGroupNode, isTaskNode } from "./node.ts";
import { normalize } from "./normal.ts";
import { type Part, type Place, chunkSize } from "./place.ts";
import type { TaskNode } from "./signature.ts";

/**
 * Steps of one chain machine. More are cut into chains of their own: 8 history events each, and one emulator fails near
 * 985.
 */
export const MAX_STEPS = 500;

/**
 * What carries a plan: the generic machines, one for each canvas and chunks of members together; or one machine of its
 * own, in which each member has a state, and a lone task is a chain of one.
 */
export type Carrier = "machines" | "workflow";

/** Where a part stands among others. The first two are what a client sees. */
interface Standing {
  readonly parent: string | null;
  /** Whose result is prepended: the parent's, unless that is a task that submitted this canvas. */
  readonly input: string | null;
  readonly group: string | null;
  readonly groupIndex: number | null;
  readonly place: Place | null;
}

/** A task of a plan. */
export interface PlannedTask extends Standing {
  readonly id: string;
  readonly node: TaskNode;
}

/** A task that stands in no canvas. @param parent the task that starts it. */
export function loneTask(id: string, node: TaskNode, parent: string | null = null): PlannedTask {
  return { id, node, parent, input: null, group: null, groupIndex: null, place: null };
}

/** A canvas of a plan. A chord's header is a group of its own. */
export type PlannedCanvas =
  | ({
      readonly kind: "chain";
      readonly id: string;
      readonly steps: readonly Part[];
      readonly result: string;
    } & Standing)
  | ({
      readonly kind: "group";
      readonly id: string;
      readonly members: readonly Part[];
      readonly result: string;
    } & Standing)
  | ({
      readonly kind: "chord";
      readonly id: string;
      readonly header: string;
      readonly body: Part;
      readonly result: string;
    } & Standing);

/** A submission, taken apart into what is stored and started. */
export interface Plan {
  /** One id for all of it: the first task's, or the group's where it begins with a group or chord. */
  readonly root: string;
  /** What is started. */
  readonly top: Part;
  /** In submitted order, a header before its body. */
  readonly tasks: readonly PlannedTask[];
  /** Each canvas before those that it holds. */
  readonly canvases: readonly PlannedCanvas[];
}

/**
 * Plans a canvas.
 * @param nextId gives new ids; the same calls must give the same ids, so that a repeated submission meets the records
 * of the first.
 * @param submitter the task that submits it, which is the parent of what nothing comes before.
 */
export function createPlan(
  node: Node,
  nextId: () => string,
  submitter: string | null = null,
  carrier: Carrier = "machines",
): Plan {
  const planner = new Planner(nextId, carrier);
  const top = planner.top(normalize(node), {
    parent: submitter,
    input: null,
    group: null,
    groupIndex: null,
    place: null,
  });
  const first = planner.first ?? top.result;
  return { root: first, top, tasks: planner.tasks, canvases: planner.canvases };
}

class Planner {
  readonly tasks: PlannedTask[] = [];
  readonly canvases: PlannedCanvas[] = [];
  first: string | null = null;
  readonly #nextId: () => string;
  readonly #carrier: Carrier;

  constructor(nextId: () => string, carrier: Carrier) {
    this.#nextId = nextId;
    this.#carrier = carrier;
  }

  /** A machine of its own carries a canvas, even one of a single task. */
  top(node: Node, standing: Standing): Part {
    return this.#carrier === "workflow" && isTaskNode(node) ? this.#chain([node], standing) : this.part(node, standing);
  }

  part(node: Node, standing: Standing): Part {
    if (isTaskNode(node)) return this.#task(node, standing);
    if (isGroupNode(node)) return this.#group(node.group, standing);
    if (isChainNode(node)) return this.#chain(node.chain, standing);
    return this.#chord(node.chord.header, node.chord.body, standing);
  }

  #task(node: TaskNode, standing: Standing): Part {
    const id = node.options.task_id ?? this.#nextId();
    this.first ??= id;
    this.tasks.push({ ...standing, id, node });
    return { id, task: node.task, result: id };
  }

  /** Every member receives what the group receives, and knows its place. */
  #group(nodes: readonly Node[], standing: Standing): Part {
    const id = this.#nextId();
    this.first ??= id;
    const at = this.#reserve();
    const members = nodes.map((node, index) =>
      this.part(node, {
        parent: standing.parent,
        input: standing.input,
        group: id,
        groupIndex: index,
        place: { canvas: id, role: "member", index, last: false, ...this.#chunkPlace(index, nodes.length) },
      }),
    );
    this.#fill(at, { ...standing, kind: "group", id, members, result: id });
    return { id, task: null, result: id };
  }

  /** Each step receives the result of the one before; what completes the chain is the last one's. */
  #chain(nodes: readonly Node[], standing: Standing): Part {
    const id = this.#nextId();
    const at = this.#reserve();
    const steps: Part[] = [];
    const groups = cut(nodes);
    for (const [index, group] of groups.entries()) {
      const last = index === groups.length - 1;
      const before = steps.at(-1)?.result;
      const step: Standing = {
        parent: before ?? standing.parent,
        input: before ?? standing.input,
        group: last ? standing.group : null,
        groupIndex: last ? standing.groupIndex : null,
        place: { canvas: id, role: "step", index, last, chunk: 0, together: 1 },
      };
      const [only] = group;
      steps.push(group.length === 1 && only !== undefined ? this.part(only, step) : this.#chain(group, step));
    }
    const result = steps.at(-1)?.result ?? id;
    this.#fill(at, { ...standing, kind: "chain", id, steps, result });
    return { id, task: null, result };
  }

  #chord(header: readonly Node[], body: Node, standing: Standing): Part {
    const id = this.#nextId();
    const at = this.#reserve();
    const place = { canvas: id, index: 0, last: false, chunk: 0, together: 1 } as const;
    const group = this.#group(header, {
      ...standing,
      group: null,
      groupIndex: null,
      place: { ...place, role: "header" },
    });
    const part = this.part(body, {
      ...standing,
      parent: group.id,
      input: group.id,
      place: { ...place, role: "body", last: true },
    });
    this.#fill(at, { ...standing, kind: "chord", id, header: group.id, body: part, result: part.result });
    return { id, task: null, result: part.result };
  }

  /** Where its own state starts a member, it answers for nobody else. */
  #chunkPlace(index: number, members: number): { chunk: number; together: number } {
    const place = chunkPlace(index, members);
    return this.#carrier === "workflow" ? { ...place, together: 1 } : place;
  }

  /** Keeps a canvas's place before those that it holds. */
  #reserve(): number {
    return (
      this.canvases.push({
        kind: "group",
        id: "",
        members: [],
        result: "",
        parent: null,
        input: null,
        group: null,
        groupIndex: null,
        place: null,
      }) - 1
    );
  }

  #fill(at: number, canvas: PlannedCanvas): void {
    this.canvases[at] = canvas;
  }
}

/** The chunk of the member `index`, and how many members that has. */
function chunkPlace(index: number, members: number): { chunk: number; together: number } {
  const size = chunkSize(members);
  const chunk = Math.floor(index / size);
  return { chunk, together: Math.min(size, members - chunk * size) };
}

/** A long chain as several, each a step; a short one as it is. */
function cut(nodes: readonly Node[]): Node[][] {
  if (nodes.length <= MAX_STEPS) return nodes.map((node) => [node]);
  return Array.from({ length: Math.ceil(nodes.length / MAX_STEPS) }, (_, n) =>
    nodes.slice(n * MAX_STEPS, (n + 1) * MAX_STEPS),
  );
}
