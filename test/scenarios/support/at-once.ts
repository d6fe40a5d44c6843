/** Does `action` for each of `items`, this many at a time, and gives what came of them in order. */
export async function atOnce<Item, Result>(
  limit: number,
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const lines = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const [index, item] of left) results[index] = await action(item);
  });
  await Promise.all(lines);
  return results;
}
