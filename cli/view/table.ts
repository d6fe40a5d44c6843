import type { Paint, Style } from "./paint.ts";
import { fit, pad, widthOf } from "./text.ts";

/** A column of a table. */
export interface Column {
  readonly header: string;
  readonly align?: "left" | "right";
  /** Columns that it may be cut down to where the terminal is narrow. Default: it is shown in full. */
  readonly shrinkTo?: number;
  /** Left out where the terminal is narrow: the last such column first. */
  readonly optional?: boolean;
}

/** A cell: its text, and how it is painted. */
export type Cell = string | { readonly text: string; readonly style: Style };

const GAP = 2;

/**
 * The lines of a table with a header.
 * @param width columns of the terminal; null: as wide as it takes
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: { readonly width: number | null; readonly paint: Paint },
): string[] {
  const natural = columns.map(({ header }, at) =>
    Math.max(widthOf(header), ...rows.map((row) => widthOf(textOf(row[at])))),
  );
  const widths = width === null ? natural : fitted(columns, natural, width);
  const shown = columns.flatMap((column, at) => {
    const width = widths[at];
    return width === undefined || width === 0 ? [] : [{ column, at, width }];
  });
  const line = (cellOf: (at: number) => Cell | undefined): string => {
    const cells = shown.map(({ column, at, width }, place) => {
      const cell = cellOf(at);
      const text = fit(textOf(cell), width);
      const last = place === shown.length - 1 && column.align !== "right";
      const padded = last ? text : pad(text, width, column.align);
      return typeof cell === "object" ? paint(cell.style, padded) : padded;
    });
    return cells.join(" ".repeat(GAP)).trimEnd();
  };
  const header = line((at) => ({ text: columns[at]?.header ?? "", style: "bold" }));
  return [header, ...rows.map((row) => line((at) => row[at]))];
}

const textOf = (cell: Cell | undefined): string => (typeof cell === "object" ? cell.text : (cell ?? ""));

/** What each column gets of the terminal; 0 for one that is left out. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const least = columns.map(({ shrinkTo }, at) => Math.min(natural[at] ?? 0, shrinkTo ?? Infinity));
  const shown = columns.map(() => true);
  const sum = (widths: readonly number[]): number =>
    widths.reduce((total, each, at) => total + (shown[at] === true ? each + GAP : 0), -GAP);
  for (let at = columns.length - 1; at >= 0 && sum(least) > width; at -= 1) {
    if (columns[at]?.optional === true) shown[at] = false;
  }
  const widths = natural.map((each, at) => (shown[at] === true ? each : 0));
  while (sum(widths) > width) {
    // The one that is furthest from its least gives a column.
    const spare = widths.map((each, at) => (shown[at] === true ? each - (least[at] ?? 0) : 0));
    const most = Math.max(...spare);
    if (most <= 0) break;
    const at = spare.indexOf(most);
    widths[at] = (widths[at] ?? 1) - 1;
  }
  return widths;
}
