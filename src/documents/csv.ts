import type { CsvErrorCode } from "csv-parse/sync";
import { BrokenDocument } from "./errors.ts";

/** What a table reads as. */
export interface CsvText {
  /** One line a record, cells separated by tabs. */
  readonly text: string;
  /** Records, a header among them; blank lines are none. */
  readonly rows: number;
  readonly warnings: readonly string[];
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** The delimiter is told from the first 100 records; a table changes it nowhere. */
const SAMPLE_RECORDS = 100;

/** How often each delimiter is in a record, outside of quotes. */
const countDelimiters = (text: string): readonly (readonly number[])[] => {
  const records: number[][] = [];
  let counts = DELIMITERS.map(() => 0);
  let quoted = false;
  let blank = true;
  for (let index = 0; index < text.length && records.length < SAMPLE_RECORDS; index += 1) {
    const character = text.charAt(index);
    if (character === '"') quoted = !quoted;
    const isBreak = character === "\n" || character === "\r";
    if (isBreak && !quoted && !blank) records.push(counts);
    if (isBreak && !quoted) {
      counts = DELIMITERS.map(() => 0);
      blank = true;
      continue;
    }
    blank = false;
    const column = DELIMITERS.findIndex((delimiter) => delimiter === character);
    if (column !== -1 && !quoted) counts[column] = (counts[column] ?? 0) + 1;
  }
  return blank || records.length === SAMPLE_RECORDS ? records : [...records, counts];
};

/**
 * The delimiter that most records have, and have equally often: that decides between `;` and the `,` of `1,5`. A comma
 * where there is none.
 */
export function detectDelimiter(text: string): string {
  const records = countDelimiters(text);
  const score = (column: number): number => {
    const first = records[0]?.[column] ?? 0;
    if (first === 0) return 0;
    const alike = records.filter((counts) => counts[column] === first).length;
    return alike / records.length + first / 1000;
  };
  const scores = DELIMITERS.map((_, column) => score(column));
  return DELIMITERS[scores.indexOf(Math.max(...scores))] ?? ",";
}

const PROBLEMS: ReadonlyMap<CsvErrorCode, string> = new Map([
  ["CSV_QUOTE_NOT_CLOSED", "a quote is opened and never closed"],
  ["CSV_INVALID_CLOSING_QUOTE", "a quoted cell goes on after its closing quote"],
  ["INVALID_OPENING_QUOTE", "a quote stands within a cell that is not quoted"],
]);

const oneLine = (cell: string): string => cell.replace(/\s+/gu, " ").trim();

/**
 * Reads a table with `,`, `;`, tab or `|` between its cells, and `"` around those that contain one.
 * @throws BrokenDocument quotes that do not match
 */
export async function csvToText(table: string, filename?: string): Promise<CsvText> {
  const { parse, CsvError } = await import("csv-parse/sync");
  const lines: string[] = [];
  let columns: number | null = null;
  let ragged = 0;
  // Each record becomes its line at once, and is not kept: the cells of a 50 MB table take more than 1 GB.
  const addLine = (cells: string[]): null => {
    columns ??= cells.length;
    if (cells.length !== columns) ragged += 1;
    lines.push(cells.map(oneLine).join("\t"));
    return null;
  };
  try {
    parse(table, {
      delimiter: detectDelimiter(table),
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: addLine,
    });
    const warnings =
      ragged === 0 ? [] : [`${ragged} of ${lines.length} rows do not have the ${columns} columns of the first.`];
    return { text: lines.join("\n"), rows: lines.length, warnings };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The library's message quotes the cell; ours must not hold content.
    const line = typeof error["lines"] === "number" ? ` near line ${error["lines"]}` : "";
    const problem = PROBLEMS.get(error.code) ?? error.code;
    throw new BrokenDocument(
      filename,
      `is no valid csv: ${problem}${line}; expected quotes in pairs, doubled inside of a quoted cell ("").`,
    );
  }
}
