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

/**
 * Reads a table of text, its first record as the header, with the decoding and the delimiters of documents. Each row
 * is handed on and not kept.
 * @throws BrokenDocument a quote that is never closed
 */
export async function readTable(
  bytes: Uint8Array,
  onRow: (cells: readonly string[]) => void,
  options: TableOptions = {},
): Promise<TableFacts> {
  const { encoding, warnings } = await findEncoding(bytes, options);
  let header: readonly string[] | null = null;
  let width = 0;
  let rows = 0;
  let nuls = 0;
  const source = openRecords((cells) => {
    if (header === null) header = cells.map((cell) => cell.trim());
    else {
      rows += 1;
      width = Math.max(width, cells.length);
      onRow(cells);
    }
  }, options.filename);
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
  const named: readonly string[] = header ?? [];
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
      ...(width > named.length
        ? [
            `Rows have up to ${width} cells, the header ${named.length}: the cells beyond it are in columns of their own.`,
          ]
        : []),
    ],
  };
}
