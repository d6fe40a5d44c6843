import { openRecords } from "./csv.ts";
import { countDamage } from "./damage.ts";
import { decodePieces } from "./decoders.ts";
import { type DecodeOptions, damageWarnings, findEncoding } from "./encoding.ts";

/** What is known of a table once it was read. */
export interface TableFacts {
  /** The names of the columns as the header has them, then those of cells beyond it. */
  readonly columns: readonly string[];
  /** Rows below the header. */
  readonly rows: number;
  readonly encoding: string;
  readonly warnings: readonly string[];
}

/** What else is known of a table. */
export interface TableOptions extends DecodeOptions {
  /** For messages. @default none */
  readonly filename?: string | undefined;
  /** Ends the reading between two pieces. @default none */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Names for all columns, none of them empty and no two alike: `name`, `name_2`, and `column_3` for one without a
 * name.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name, index) => {
    const base = name === "" ? `column_${index + 1}` : name;
    let unique = base;
    for (let n = 2; used.has(unique); n += 1) unique = `${base}_${n}`;
    used.add(unique);
    return unique;
  });
}

const isTitle = (cells: readonly string[], columns: number): boolean =>
  cells.length < columns && cells.filter((cell) => cell.trim() !== "").length === 1;

const isHeader = (cells: readonly string[]): boolean =>
  cells.every((cell) => cell.trim() !== "" && !/^[\s\d.,%+-]+$/u.test(cell));

/** Finds the header of a table: its first record, or the first below titles if that has names and no numbers. */
const createHeader = (onRow: (cells: readonly string[]) => void) => {
  let titles: (readonly string[])[] = [];
  let header: readonly string[] | null = null;
  const end = (): void => {
    if (header !== null || titles.length === 0) return;
    const [first = [], ...others] = titles;
    header = first;
    titles = [];
    for (const cells of others) onRow(cells);
  };
  return {
    take: (cells: readonly string[], columns: number): void => {
      if (header === null && isTitle(cells, columns)) titles.push(cells);
      else if (header === null && (titles.length === 0 || isHeader(cells))) header = cells;
      else {
        end();
        onRow(cells);
      }
    },
    end,
    names: (): readonly string[] => (header ?? []).map((cell) => cell.trim()),
    /** How many records above the header are none of the table. */
    titles: () => titles.length,
  };
};

/**
 * Reads a table of text, its first record as the header, or what stands below titles, with the decoding and the
 * delimiters of documents. Each row is handed on and not kept.
 * @throws BrokenDocument a quote that is never closed
 */
export async function readTable(
  bytes: Uint8Array,
  onRow: (cells: readonly string[]) => void,
  options: TableOptions = {},
): Promise<TableFacts> {
  const { encoding, warnings } = await findEncoding(bytes, options);
  let width = 0;
  let rows = 0;
  let nuls = 0;
  const header = createHeader((cells) => {
    rows += 1;
    width = Math.max(width, cells.length);
    onRow(cells);
  });
  const source = openRecords(header.take, options.filename);
  let damaged = 0;
  for (const piece of decodePieces(encoding, bytes)) {
    damaged += countDamage(piece);
    const clean = piece.replaceAll("\0", "");
    nuls += piece.length - clean.length;
    source.push(clean);
    await new Promise(setImmediate);
    options.signal?.throwIfAborted();
  }
  const found = source.end();
  header.end();
  const named = header.names();
  const titles = header.titles();
  const names = [...named, ...Array.from({ length: Math.max(0, width - named.length) }, () => "")];
  return {
    columns: uniqueNames(names),
    rows,
    encoding,
    warnings: [
      ...warnings,
      ...damageWarnings(damaged, encoding, bytes),
      ...(nuls === 0 ? [] : [`${nuls} NUL ${nuls === 1 ? "character was" : "characters were"} left out.`]),
      ...found.warnings,
      ...(titles === 0
        ? []
        : [
            `${titles} ${titles === 1 ? "row stands" : "rows stand"} above the header and ${titles === 1 ? "is" : "are"} left out.`,
          ]),
      ...(width > named.length
        ? [
            `Rows have up to ${width} cells, the header ${named.length}: the cells beyond it are in columns of their own.`,
          ]
        : []),
    ],
  };
}
