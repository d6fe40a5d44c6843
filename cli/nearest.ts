/** Differences, as a part of a name's length, up to which one name is taken for a slip of the other. */
const SLIP = 0.4;
const MOST = 3;

/** The names that somebody may have meant who wrote `text`, the nearest first. */
export function nearest(text: string, names: readonly string[]): string[] {
  const found = names.map((name) => ({ name, steps: stepsBetween(text.toLowerCase(), name.toLowerCase()) }));
  const bound = Math.max(2, text.length * SLIP);
  return found
    .filter(({ name, steps }) => steps <= bound || name.endsWith(`.${text}`))
    .toSorted((a, b) => a.steps - b.steps)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** Insertions, deletions and changes of a character that lead from one text to the other (Levenshtein). */
function stepsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, char] of one.split("").entries()) {
    const next = [at + 1];
    for (const [to, target] of other.split("").entries()) {
      const change = (row[to] ?? 0) + (char === target ? 0 : 1);
      next.push(Math.min(change, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
