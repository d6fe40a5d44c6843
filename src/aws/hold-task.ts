import type { Table } from "./table.ts";

/**
 * Has the claim of a task that `fence` holds last longer than it was made for; one that has ended stays as it is.
 * @param lease milliseconds since 1970
 */
export async function holdTask(table: Table, id: string, fence: string, lease: number): Promise<void> {
  await table.update({
    id,
    set: { lease },
    when: "#fence = :mine AND attribute_exists(#lease)",
    values: { mine: fence },
  });
}
