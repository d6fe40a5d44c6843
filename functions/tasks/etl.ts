import { defineModule, defineTask } from "celeriac";
import { DocumentSchema, documentStore } from "celeriac/documents";
import { parse } from "csv-parse/sync";
import * as z from "zod";

export const module = defineModule({ grants: ["documents"] });

const Row = z.record(z.string(), z.string());
const CleanRow = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** Rows with their column names, as they were in the source. */
const Raw = z.strictObject({ columns: z.array(z.string()), rows: z.array(Row) });
const Transformed = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(CleanRow),
  dropped: z.number().int(),
});

/** Reads a csv, given as its text or as a document in S3, into rows. */
export const extract = defineTask("etl.extract", {
  parameters: ["source"],
  args: z.tuple([z.union([z.string(), DocumentSchema])]),
  run: async (_self, source) => {
    const text = typeof source === "string" ? source : new TextDecoder().decode(await documentStore().get(source.key));
    const rows = z
      .array(Row)
      .parse(parse(text, { columns: true, bom: true, skip_empty_lines: true, relax_column_count: true }));
    const [header = []] = z.array(z.array(z.string())).parse(parse(text, { bom: true, to: 1 }));
    return { columns: header, rows };
  },
});

/** Cleans rows: trims, names columns alike, reads numbers, and drops rows that are empty or were there before. */
export const transform = defineTask("etl.transform", {
  parameters: ["raw"],
  args: z.tuple([Raw]),
  run: (_self, raw) => {
    const seen = new Set<string>();
    const rows = raw.rows.map(cleanRow).filter((row) => {
      const text = JSON.stringify(row);
      const isNew = !seen.has(text) && Object.values(row).some((value) => value !== null);
      seen.add(text);
      return isNew;
    });
    return { columns: raw.columns.map(columnName), rows, dropped: raw.rows.length - rows.length };
  },
});

/** Stores cleaned rows as a file of JSON lines, the task's output. */
export const load = defineTask("etl.load", {
  parameters: ["transformed"],
  args: z.tuple([Transformed]),
  run: async (self, transformed) => {
    const lines = transformed.rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    const output = await documentStore().putOutput(self.request.id, lines);
    return { rows: transformed.rows.length, dropped: transformed.dropped, columns: transformed.columns, output };
  },
});

function columnName(name: string): string {
  return name.trim().toLowerCase().replaceAll(/\s+/gu, "_");
}

function cleanRow(row: z.output<typeof Row>): z.output<typeof CleanRow> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [columnName(name), cleanValue(value.trim())]));
}

function cleanValue(text: string): string | number | null {
  if (text === "") return null;
  return /^-?\d+(\.\d+)?$/.test(text) && Number.isSafeInteger(Math.trunc(Number(text))) ? Number(text) : text;
}
