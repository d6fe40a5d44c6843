import { createHash } from "node:crypto";
import { defineModule, defineTask } from "celeriac";
import { createSpool, DocumentSchema, documentStore, documentType, readTable, uniqueNames } from "celeriac/tables";
import * as z from "zod";

// A hash of each of a million rows takes 100 MB.
export const module = defineModule({ memory: 1024, grants: ["documents"] });

const Cells = z.array(z.string());
const CleanCells = z.array(z.union([z.string(), z.number(), z.null()]));

/** Why rows were dropped, and how many. */
const Dropped = z.strictObject({ empty: z.number().int(), duplicate: z.number().int() });

/** Rows in S3, as the output of the task that made them: a JSON list of cells a line. Only this travels as a result. */
const Raw = z.strictObject({
  task_id: z.uuid(),
  /** The name of the file that the rows came from; null for a text. */
  source: z.string().nullable(),
  columns: z.array(z.string()),
  /**
   * Of each column what its cells are: numbers where all of them are written as one, such as `4.5` but not `06236` or
   * `1.10`.
   */
  types: z.array(z.enum(["text", "number"])),
  rows: z.number().int(),
  warnings: z.array(z.string()),
});
const Transformed = Raw.extend({ rows_in: z.number().int(), dropped: z.number().int(), reasons: Dropped });

/** Collects lines as the output of a task. */
async function writeOutput(taskId: string, write: (line: (value: unknown) => void) => Promise<void>): Promise<string> {
  const spool = createSpool();
  try {
    await write((value) => {
      spool.write(`${JSON.stringify(value)}\n`);
    });
    return await documentStore().putOutputFile(taskId, { path: spool.path, bytes: spool.end() });
  } finally {
    spool.remove();
  }
}

/** Reads a csv, given as its text or as a document in S3, into rows. */
export const extract = defineTask("etl.extract", {
  parameters: ["source"],
  args: z.tuple([z.union([z.string(), DocumentSchema])]),
  run: async (self, source) => {
    const isText = typeof source === "string";
    const bytes = isText ? Buffer.from(source) : await documentStore().get(source.key);
    const filename = isText ? undefined : source.filename;
    const contentType = isText ? "text/csv; charset=utf-8" : source.content_type;
    if (!isText) await documentType(source.filename, contentType, bytes);
    const isNumeric: boolean[] = [];
    const hasCells: boolean[] = [];
    let table = { columns: [] as readonly string[], rows: 0, warnings: [] as readonly string[] };
    await writeOutput(self.request.id, async (line) => {
      const onRow = (cells: readonly string[]): void => {
        const trimmed = cells.map((cell) => cell.trim());
        for (const [index, cell] of trimmed.entries()) {
          if (cell === "") continue;
          hasCells[index] = true;
          isNumeric[index] = (isNumeric[index] ?? true) && isPlainNumber(cell);
        }
        line(trimmed);
      };
      table = await readTable(bytes, onRow, { filename, contentType, signal: self.signal });
    });
    const { columns, rows, warnings } = table;
    const types = columns.map((_, index) => (hasCells[index] && isNumeric[index] ? "number" : "text"));
    return { task_id: self.request.id, source: filename ?? null, columns, types, rows, warnings };
  },
});

/**
 * Cleans rows: names columns alike, reads the numbers of columns that have nothing else, and drops rows that are
 * empty or the same as another.
 */
export const transform = defineTask("etl.transform", {
  parameters: ["raw"],
  args: z.tuple([Raw]),
  run: async (self, raw) => {
    const seen = new Set<string>();
    const reasons = { empty: 0, duplicate: 0 };
    let rows = 0;
    await writeOutput(self.request.id, async (line) => {
      for await (const text of documentStore().outputLines(raw.task_id)) {
        self.signal.throwIfAborted();
        const cells = Cells.parse(JSON.parse(text));
        const clean = raw.columns.map((_, index) => cleanCell(cells[index] ?? "", raw.types[index] === "number"));
        if (clean.every((cell) => cell === null)) reasons.empty += 1;
        else if (isRepeated(seen, JSON.stringify(clean))) reasons.duplicate += 1;
        else {
          rows += 1;
          line(clean);
        }
      }
    });
    const { source, types, warnings } = raw;
    const columns = uniqueNames(raw.columns.map(columnName));
    const counts = { rows_in: raw.rows, rows, dropped: reasons.empty + reasons.duplicate, reasons };
    return { task_id: self.request.id, source, columns, types, ...counts, warnings };
  },
});

/** Stores cleaned rows as a file of JSON lines, the task's output. */
export const load = defineTask("etl.load", {
  parameters: ["transformed"],
  args: z.tuple([Transformed]),
  run: async (self, { task_id: from, source, columns, rows_in: rowsIn, rows, dropped, reasons, warnings }) => {
    const output = await writeOutput(self.request.id, async (line) => {
      for await (const text of documentStore().outputLines(from)) {
        self.signal.throwIfAborted();
        const cells = CleanCells.parse(JSON.parse(text));
        line(Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? null])));
      }
    });
    return { source, columns, rows_in: rowsIn, rows, dropped, reasons, warnings, output };
  },
});

function columnName(name: string): string {
  return name.trim().toLowerCase().replaceAll(/\s+/gu, "_");
}

/**
 * Whether a cell is a number and loses nothing as one: no zero before or behind it, no more digits than a number
 * holds.
 */
function isPlainNumber(text: string): boolean {
  return /^-?\d/.test(text) && String(Number(text)) === text && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER;
}

function cleanCell(text: string, isNumber: boolean): string | number | null {
  if (text === "") return null;
  return isNumber ? Number(text) : text;
}

/** A hash of 128 bits stands for a row: a million rows would not fit into memory. */
function isRepeated(seen: Set<string>, row: string): boolean {
  const hash = createHash("sha256").update(row).digest("base64").slice(0, 22);
  if (seen.has(hash)) return true;
  seen.add(hash);
  return false;
}
