/** Actions under way at once: what the SDK's 50 sockets carry. */
const AT_ONCE = 50;

/** The results of `action` on all items, some at a time, in order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const workers = Array.from({ length: Math.min(AT_ONCE, items.length) }, async () => {
    for (const [index, item] of left) results[index] = await action(item);
  });
  await Promise.all(workers);
  return results;
}
