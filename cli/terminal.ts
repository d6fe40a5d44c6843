import type { TaskOrGroup } from "./answers.ts";
import { progressLine } from "./view/bar.ts";
import { type Paint, paintFor } from "./view/paint.ts";
import { type Cell, type Column, table } from "./view/table.ts";
import { json } from "./view/text.ts";

/** Where a command writes: what was asked for on stdout, everything else on stderr. */
export interface Terminal {
  /** Whether stdout is to be JSON. */
  readonly json: boolean;
  /** Columns of the terminal; null where stdout is a file or a pipe. */
  readonly width: number | null;
  readonly paint: Paint;
  /** Paints for stderr. */
  readonly paintNote: Paint;
  /** Writes lines that were asked for. */
  readonly print: (...lines: readonly string[]) => void;
  /** Writes a value as JSON: on one line for programs, over several for people. */
  readonly printJson: (value: unknown) => void;
  readonly printTable: (columns: readonly Column[], rows: readonly (readonly Cell[])[]) => void;
  /**
   * Replaces what the last `redraw` has written, as much as the screen holds; a file or pipe gets what has changed
   * below what was.
   */
  readonly redraw: (lines: readonly string[]) => void;
  /** Writes a line for a person at the terminal. */
  readonly note: (line: string) => void;
  /** Shows how far a task is, where somebody looks on; null takes it away. */
  readonly showProgress: (record: TaskOrGroup | null, seconds: number) => void;
  /** Whether anybody sees progress. */
  readonly showsProgress: boolean;
}

/** Takes the cursor to the line's beginning, and what is right of it and below away. */
const CLEAR = "\r\u001b[J";

/** The terminal, or what stands for it. @param asJson `--json` */
export function createTerminal(
  asJson: boolean,
  { stdout, stderr }: Pick<NodeJS.Process, "stdout" | "stderr">,
): Terminal {
  const width = stdout.isTTY ? stdout.columns || 80 : null;
  const paint = paintFor(stdout);
  let drawn: readonly string[] = [];
  let progress = false;
  const clearProgress = (): void => {
    if (progress) stderr.write(CLEAR);
    progress = false;
  };
  const print = (...lines: readonly string[]): void => {
    clearProgress();
    if (lines.length > 0) stdout.write(`${lines.join("\n")}\n`);
  };
  return {
    json: asJson,
    width,
    paint,
    paintNote: paintFor(stderr),
    print,
    printJson: (value) => print(json(value, asJson || width === null ? 0 : 2)),
    printTable: (columns, rows) => print(...table(columns, rows, { width, paint })),
    redraw: (all) => {
      const lines = width === null ? all : cut(all, (stdout.rows || 24) - 1);
      if (lines.join("\n") === drawn.join("\n")) return;
      if (width !== null && drawn.length > 0) stdout.write(`\u001b[${drawn.length}A${CLEAR}`);
      print(...lines);
      drawn = lines;
    },
    note: (line) => {
      clearProgress();
      stderr.write(`${line}\n`);
    },
    showsProgress: stderr.isTTY,
    showProgress: (record, seconds) => {
      if (!stderr.isTTY) return;
      clearProgress();
      if (record === null) return;
      stderr.write(progressLine(record, seconds, { width: stderr.columns || 80, paint: paintFor(stderr) }));
      progress = true;
    },
  };
}

/** The first lines, and how many there are besides: what has scrolled away cannot be written over. */
function cut(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more lines`];
}
