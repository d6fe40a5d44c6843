import type { Figures } from "./load.ts";

/** All that one round gives. */
export interface Round extends Figures {
  readonly processes: number;
  /** MB. */
  readonly memory: number;
  /** Milliseconds until it was ready; 0 for one that ran before. */
  readonly ready: number;
}

/** Figures in the order in which they are printed: what each is, and whether more of it is better. */
const ROWS = [
  { key: "accepted", label: "accepted/s", moreIsBetter: true, digits: 0 },
  { key: "completed", label: "completed/s", moreIsBetter: true, digits: 0 },
  { key: "p50", label: "one task, p50, ms", moreIsBetter: false, digits: 1 },
  { key: "p99", label: "one task, p99, ms", moreIsBetter: false, digits: 1 },
  { key: "chain20", label: "chain of 20, ms", moreIsBetter: false, digits: 0 },
  { key: "chord1000", label: "chord of 1,000, ms", moreIsBetter: false, digits: 0 },
  { key: "processes", label: "processes", moreIsBetter: false, digits: 0 },
  { key: "memory", label: "memory (PSS), MB", moreIsBetter: false, digits: 0 },
  { key: "ready", label: "ready, ms", moreIsBetter: false, digits: 0 },
] as const satisfies readonly { key: keyof Round; label: string; moreIsBetter: boolean; digits: number }[];

/** The median of each figure. */
export function mediansOf(rounds: readonly Round[]): Round {
  const median = (key: keyof Round): number => {
    const sorted = rounds.map((round) => round[key]).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    accepted: median("accepted"),
    completed: median("completed"),
    p50: median("p50"),
    p99: median("p99"),
    chain20: median("chain20"),
    chord1000: median("chord1000"),
    processes: median("processes"),
    memory: median("memory"),
    ready: median("ready"),
  };
}

/**
 * A table of figures; with others to hold them against, how many times better the first are: above 1 is better, 1 is
 * even, whether more or less of a figure is.
 */
export function tableOf(names: readonly [string, string?], mine: Round, theirs?: Round): string {
  const [name, other = ""] = names;
  const head = theirs === undefined ? [name] : [name, other, "ratio"];
  const lines = ROWS.map(({ key, label, moreIsBetter, digits }) => {
    if (theirs === undefined) return row(label, [mine[key].toFixed(digits)]);
    const ratio = moreIsBetter ? mine[key] / theirs[key] : theirs[key] / mine[key];
    return row(label, [mine[key].toFixed(digits), theirs[key].toFixed(digits), ratio.toFixed(2)]);
  });
  return [row("", head), ...lines].join("\n");
}

const row = (label: string, cells: readonly string[]): string =>
  label.padEnd(20) + cells.map((cell) => cell.padStart(12)).join("");
