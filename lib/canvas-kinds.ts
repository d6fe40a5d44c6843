/** The kinds of canvas, each with its definition in `statemachines` and its machine. */
export const CANVAS_KINDS = ["chain", "group", "chord"] as const;
