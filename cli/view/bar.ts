import type { TaskOrGroup } from "../answers.ts";
import { duration } from "./format.ts";
import type { Paint } from "./paint.ts";
import { markOf, styleOf } from "./status.ts";
import { fit, plain } from "./text.ts";

const BAR = 20;

/** How far a task or group is, on one line: `● probe.progress  ████████░░░░░░░░░░░░  2/5  1.2 s  page 2`. */
export function progressLine(
  record: TaskOrGroup,
  seconds: number,
  { width, paint }: { width: number; paint: Paint },
): string {
  const name = record.kind === "task" ? record.task : `group of ${record.total}`;
  const steps = stepsOf(record);
  const rest = [
    ...(steps === null ? [record.status] : [barOf(steps), `${steps.current}/${steps.total}`]),
    duration(seconds),
    ...(steps?.message == null ? [] : [plain(steps.message)]),
  ];
  const text = fit(`${name}  ${rest.join("  ")}`, Math.max(10, width - 3));
  return `${paint(styleOf(record.status), markOf(record.status))} ${text}`;
}

interface Steps {
  readonly current: number;
  readonly total: number;
  readonly message: string | null;
}

function stepsOf(record: TaskOrGroup): Steps | null {
  if (record.kind === "task") return record.progress;
  return { current: record.completed + record.failed, total: record.total, message: null };
}

function barOf({ current, total }: Steps): string {
  const share = total > 0 ? Math.min(1, Math.max(0, current / total)) : 0;
  const full = Math.round(share * BAR);
  return "█".repeat(full) + "░".repeat(BAR - full);
}
