import { createLayout, type TextLayout } from "./layout.ts";

/** Writes tables into a text: a row is a line, its cells separated by tabs. */
export interface TableWriter {
  /** Where text goes now: the text itself, or the cell that is open. */
  readonly current: () => TextLayout;
  readonly startTable: () => void;
  readonly endTable: () => void;
  readonly startRow: () => void;
  readonly endRow: () => void;
  readonly startCell: () => void;
  readonly endCell: () => void;
  /** Ends what a damaged document left open. */
  readonly end: () => void;
}

/**
 * A row with longer cells is no table of data but a page that is laid out in columns: its cells follow each other as
 * blocks.
 */
const MAX_CELL_CHARACTERS = 1_000;

interface Row {
  readonly cells: string[];
  cell: TextLayout | null;
  /** A table or list within makes lines that must not be joined. */
  hasTable: boolean;
}

interface Table {
  row: Row | null;
}

const isWide = (row: Row): boolean =>
  row.hasTable ||
  row.cells.length === 1 ||
  row.cells.some((cell) => cell.length > MAX_CELL_CHARACTERS && cell.includes("\n"));

const oneLine = (cell: string): string => (/[\t\n]|^ | $/u.test(cell) ? cell.replace(/\s+/gu, " ").trim() : cell);

/** Creates a writer of tables into `text`. Cells outside of rows and rows outside of tables are taken as they come. */
export function createTableWriter(text: TextLayout): TableWriter {
  const tables: Table[] = [];

  /** The innermost open cell. */
  let into = text;
  const seek = (): void => {
    into = tables.findLast((table) => table.row?.cell)?.row?.cell ?? text;
  };
  const endCell = (): void => {
    const row = tables.at(-1)?.row;
    if (!row?.cell) return;
    row.cells.push(row.cell.take());
    row.cell = null;
    seek();
  };
  const endRow = (): void => {
    const table = tables.at(-1);
    endCell();
    const row = table?.row ?? null;
    if (table === undefined || row === null) return;
    table.row = null;
    if (row.cells.length === 0) return;
    into.block(1);
    if (isWide(row)) {
      for (const cell of row.cells.filter((other) => other !== "")) {
        into.verbatim(cell);
        into.block(1);
      }
    } else into.verbatim(row.cells.map(oneLine).join("\t"));
    into.block(1);
  };
  const startTable = (): void => {
    const row = tables.at(-1)?.row;
    if (row?.cell) row.hasTable = true;
    into.block(row?.cell ? 1 : 2);
    tables.push({ row: null });
  };
  const endTable = (): void => {
    if (tables.length === 0) return;
    endRow();
    tables.pop();
    into.block(tables.length > 0 ? 1 : 2);
  };
  const startRow = (): void => {
    if (tables.length === 0) tables.push({ row: null });
    endRow();
    const table = tables.at(-1);
    if (table) table.row = { cells: [], cell: null, hasTable: false };
  };
  return {
    current: () => into,
    startTable,
    endTable,
    startRow,
    endRow,
    endCell,
    startCell: () => {
      if (!tables.at(-1)?.row) startRow();
      endCell();
      const row = tables.at(-1)?.row;
      if (row) row.cell = createLayout();
      seek();
    },
    end: () => {
      while (tables.length > 0) endTable();
    },
  };
}
