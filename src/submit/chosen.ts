import type { PlannedTask } from "../core/canvas/plan.ts";
import type { NodeOptions } from "../core/canvas/signature.ts";

/** An id that a client gave to a link, and the one place in all submissions that may have it. */
export interface ChosenId {
  readonly id: string;
  /** The task, and the link's place in it: always the same of a request that is repeated. */
  readonly by: string;
}

/** The ids that a client gave to a task's links, and to theirs. */
export function linkIdsOf({ id, node }: Pick<PlannedTask, "id" | "node">): ChosenId[] {
  return chosenIn(node.options, id);
}

function chosenIn(options: NodeOptions, by: string): ChosenId[] {
  return (["link", "link_error"] as const).flatMap((kind) =>
    (options[kind] ?? []).flatMap((link, index) => {
      const place = `${by}/${kind}/${index}`;
      const { task_id: id } = link.options;
      return [...(id === undefined ? [] : [{ id, by: place }]), ...chosenIn(link.options, place)];
    }),
  );
}
