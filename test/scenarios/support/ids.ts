import type { SubmissionAnswer } from "../../../src/core/http/answer-schemas.ts";
import type { Node } from "../../../src/core/canvas/node.ts";
import type { z } from "zod";
import { labelsOf } from "../../fixtures/ids.ts";

/** The ids of a task or a group, as its record gives them. */
export interface Ids {
  readonly task_id: string;
  readonly parent_id: string | null;
  readonly root_id: string;
  readonly group_id: string | null;
  readonly group_index: number | null;
}

/**
 * What is wrong with the ids of a submission; null for nothing. The contract says where they point, not what they are:
 * so each label must stand for one id, and each id for one label.
 * @param idsOf gives the record of a task or a group.
 */
export async function wrongIds(
  node: Node,
  submitted: z.infer<typeof SubmissionAnswer>,
  idsOf: (id: string) => Promise<Ids>,
): Promise<string | null> {
  const { standings, root, result } = labelsOf(node);
  const ids = new Map<string, string>();
  const faults: string[] = [];
  const same = (what: string, label: string | null, id: string | null): void => {
    if (label === null || id === null) {
      if (label !== id) faults.push(`${what} is ${id}, not ${label}`);
      return;
    }
    const known = ids.get(label);
    if (known === undefined && ![...ids.values()].includes(id)) ids.set(label, id);
    else if (known !== id) faults.push(`${what} is ${id}, not that of ${label}, ${known}`);
  };
  for (const [index, task] of submitted.tasks.entries()) same(`task ${index}`, `t${index}`, task.task_id);
  same("root_id", root, submitted.root_id);
  same("task_id", result, submitted.task_id);
  for (const [index, task] of submitted.tasks.entries()) {
    const standing = standings.get(`t${index}`);
    same(`the parent of task ${index} in the answer`, standing?.parent ?? null, task.parent_id);
    same(`the group of task ${index} in the answer`, standing?.group ?? null, task.group_id);
  }
  for (const [label, { parent, group, index }] of standings) {
    const id = ids.get(label);
    if (id === undefined) continue;
    const record = await idsOf(id);
    same(`the id of ${label}`, label, record.task_id);
    same(`the parent of ${label}`, parent, record.parent_id);
    same(`the group of ${label}`, group, record.group_id);
    if (record.group_index !== index) faults.push(`the index of ${label} is ${record.group_index}, not ${index}`);
    if (record.root_id !== submitted.root_id) faults.push(`the root of ${label} is ${record.root_id}`);
  }
  return faults.length === 0 ? null : faults.join("; ");
}
