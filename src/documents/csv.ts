import { type CsvRecord, createCsvReader } from "./csv-records.ts";
import { BrokenDocument } from "./errors.ts";
import type { WriteText } from "./cleaner.ts";

/** What a table reads as. */
export interface CsvText {
  /** One line a record, cells separated by tabs. */
  readonly text: string;
  /** Records, a header among them; blank lines are none. */
  readonly rows: number;
  readonly warnings: readonly string[];
}

const DELIMITERS = [",", ";", "\t", "|", "^"] as const;

/** The delimiter is told from the first 100 records; a table changes it nowhere. */
const SAMPLE_RECORDS = 100;
/** The longest start of a table that is looked at for that, in characters. */
const SAMPLE_CHARACTERS = 256 * 1024;

/** The share of records (0 to 1) from which a delimiter surely is one. */
const SURE_SHARE = 0.9;

/** The first line that tells Excel the delimiter; it is no record. */
const SEP_LINE = /^\uFEFF?"?sep=([^\r\n"])"?(?:\r\n|\r|\n|$)/iu;

/** How a table is written. */
interface CsvFormat {
  readonly delimiter: string;
  /** The columns that most of the first records have. */
  readonly columns: number;
  /** How many characters at the start are no record. */
  readonly skip: number;
}

/**
 * The number of cells that is most frequent among the first records, and how many have it (0 to 1), of all and of
 * those below its first.
 */
const usualColumns = (sample: string, delimiter: string, isWhole: boolean): { columns: number; share: number } => {
  const counts: number[] = [];
  const reader = createCsvReader(delimiter, ({ cells }) => counts.push(cells.length));
  reader.push(sample);
  if (isWhole) reader.end();
  const first = counts.slice(0, SAMPLE_RECORDS);
  const frequency = (count: number): number => first.filter((other) => other === count).length;
  const columns = first.reduce((best, count) => (frequency(count) > frequency(best) ? count : best), first[0] ?? 1);
  // A table with a title or a remark in every second record is still a table.
  const wider = first.filter((count) => count > 1);
  const most = wider.reduce((best, count) => (frequency(count) > frequency(best) ? count : best), wider[0] ?? 1);
  if (most === 1 || frequency(most) < first.length / 2) return { columns, share: 0 };
  // What stands above a table has other columns; below its header hardly anything has.
  const below = first.length - first.indexOf(most);
  return { columns: most, share: (frequency(most) / first.length + frequency(most) / below) / 2 };
};

/**
 * Tells how a table is written from its start. The delimiter is the one by which most records have equally many
 * cells: that decides between `;` and the `,` of `1,5`, also below a title. A comma where there is none.
 */
function detectFormat(table: string): CsvFormat {
  const told = SEP_LINE.exec(table);
  const skip = told?.[0].length ?? 0;
  const sample = table.slice(skip, skip + SAMPLE_CHARACTERS);
  const isWhole = table.length <= skip + SAMPLE_CHARACTERS;
  const found = (told?.[1] === undefined ? DELIMITERS : [told[1]]).map((delimiter) => ({
    delimiter,
    ...usualColumns(sample, delimiter, isWhole),
  }));
  // Another delimiter that fits every record wins over commas that all stand within numbers (`1,5` and `1,234`).
  const isDecimal = /\d,\d/u.test(sample) && !/(?<!\d),|,(?!\d)/u.test(sample);
  const hasOther = found.some(({ delimiter, share }) => delimiter !== "," && share >= SURE_SHARE);
  const score = ({ delimiter, columns, share }: (typeof found)[number]): number =>
    share + columns / 100_000 - (delimiter === "," && isDecimal && hasOther ? 1 : 0);
  const best = found.reduce((best, next) => (score(next) > score(best) ? next : best));
  const { delimiter, columns } = best.share === 0 ? (found[0] ?? best) : best;
  return { delimiter, columns, skip };
}

/** The delimiter of a table, as {@link detectFormat} tells it. */
export function detectDelimiter(table: string): string {
  return detectFormat(table).delimiter;
}

/**
 * Whether a cell has anything but single spaces within it. A loop: a regular expression takes most of a table's time.
 */
const isOneLine = (cell: string): boolean => {
  let wasSpace = true;
  for (let index = 0; index < cell.length; index += 1) {
    const code = cell.charCodeAt(index);
    const isSpace = code === 0x20;
    if ((isSpace && wasSpace) || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0x3000 || code === 0xfeff)
      return false;
    if (code >= 0x2000 && code <= 0x202f) return false;
    wasSpace = isSpace;
  }
  return !wasSpace || cell === "";
};

/** A cell on one line, without spaces around it. */
export function oneLine(cell: string): string {
  return isOneLine(cell) ? cell : cell.replace(/\s+/gu, " ").trim();
}

/** Counts records and names some of them. */
const createTally = () => {
  const shown: number[] = [];
  let count = 0;
  return {
    add: (row: number): void => {
      count += 1;
      if (shown.length < 5) shown.push(row);
    },
    count: () => count,
    names: () =>
      `${count === 1 ? "row" : "rows"} ${shown.join(", ")}${count > shown.length ? ` and ${count - shown.length} more` : ""}`,
  };
};

/** Watches the records of a table for what is wrong with them. */
interface CsvWatch {
  readonly see: (record: CsvRecord) => void;
  readonly rows: () => number;
  readonly warnings: () => string[];
}

/**
 * Counts records, those without the usual number of columns and those with stray quotes; their cells are never
 * repeated.
 */
function watchRecords(columns: number): CsvWatch {
  const ragged = createTally();
  const quotes = createTally();
  let rows = 0;
  return {
    see: ({ cells, strayQuote }) => {
      rows += 1;
      if (cells.length !== columns) ragged.add(rows);
      if (strayQuote) quotes.add(rows);
    },
    rows: () => rows,
    warnings: () => [
      ...(ragged.count() === 0
        ? []
        : [
            `${ragged.count()} of ${rows} rows ${ragged.count() === 1 ? "does" : "do"} not have the ${columns} columns of the others: ${ragged.names()}.`,
          ]),
      ...(quotes.count() === 0 ? [] : [`Quotes do not match in ${quotes.names()}: they were read as they stand.`]),
    ],
  };
}

/** The refusal of a table whose rest would be one cell. */
function unclosedQuote(line: number, filename: string | undefined): BrokenDocument {
  return new BrokenDocument(
    filename,
    `is no valid csv: a quote is opened and never closed near line ${line}; expected quotes in pairs, doubled inside of a quoted cell ("").`,
  );
}

/** A table that is read piece by piece. */
export interface CsvSource {
  readonly push: (piece: string) => void;
  /** @throws BrokenDocument a quote that is never closed */
  readonly end: () => { rows: number; warnings: string[] };
}

/**
 * Reads the records of a table that comes in pieces; its format is told from the first of them.
 * @param onRecord takes the cells of each, and how many most records have
 */
export function openRecords(
  onRecord: (cells: readonly string[], columns: number) => void,
  filename?: string,
): CsvSource {
  let start: string | null = "";
  let watch = watchRecords(1);
  let reader = createCsvReader(",", () => {});
  const begin = (text: string): void => {
    const format = detectFormat(text);
    watch = watchRecords(format.columns);
    reader = createCsvReader(format.delimiter, (record) => {
      watch.see(record);
      onRecord(record.cells, format.columns);
    });
    reader.push(text.slice(format.skip));
    start = null;
  };
  return {
    push: (piece) => {
      if (start === null) reader.push(piece);
      else if (start.length + piece.length >= SAMPLE_CHARACTERS) begin(start + piece);
      else start += piece;
    },
    end: () => {
      if (start !== null) begin(start);
      const unclosed = reader.end();
      if (unclosed !== null) throw unclosedQuote(unclosed, filename);
      return { rows: watch.rows(), warnings: watch.warnings() };
    },
  };
}

/**
 * Reads a table with `,`, `;`, tab, `|` or `^` between its cells, or the character that a first line `sep=` names, and
 * writes a line for each of its records, with tabs between the cells.
 */
export function openCsv(write: WriteText, filename?: string): CsvSource {
  let lines: string[] = [];
  let isFirst = true;
  const records = openRecords((cells) => lines.push(cells.map(oneLine).join("\t")), filename);
  const flush = (): void => {
    if (lines.length === 0) return;
    write((isFirst ? "" : "\n") + lines.join("\n"));
    isFirst = false;
    lines = [];
  };
  return {
    push: (piece) => {
      records.push(piece);
      flush();
    },
    end: () => {
      const facts = records.end();
      flush();
      return facts;
    },
  };
}

/** Reads a whole table at once. @throws BrokenDocument a quote that is never closed */
export async function csvToText(table: string, filename?: string): Promise<CsvText> {
  const parts: string[] = [];
  const source = openCsv((piece) => parts.push(piece), filename);
  source.push(table);
  const facts = source.end();
  return { text: parts.join(""), ...facts };
}
