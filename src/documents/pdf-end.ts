/** How a PDF ends. */
export interface PdfEnd {
  /** It ends before any end: the reader would repair it as far as it goes, and so lose pages without a word. */
  readonly isCut: boolean;
  readonly warnings: readonly string[];
}

const END_MARK = "%%EOF";
/** So much may follow the last end mark without meaning anything: some writers pad or sign their files. */
const TAIL_BYTES = 2048;

const PADDING = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);

/**
 * Whether the file ends with the place of a table of its objects, and there is one: all of it is there but for the
 * mark.
 */
const endsWithTable = (file: Buffer): boolean => {
  const tail = file.subarray(-TAIL_BYTES).toString("latin1");
  // The trailer, which comes after all objects, is there, and only the place of their table is not.
  if (/\btrailer\s*<<[^]*\/Root\s[^]*>>\s*(?:startxref\s*)?$/u.test(tail)) return true;
  const start = Number(/startxref\s+(\d+)\s*(?:%+E?O?F?)?\s*$/u.exec(tail)?.[1] ?? Number.NaN);
  if (Number.isNaN(start) || start >= file.length) return false;
  return /^\s*(?:xref|\d+\s+\d+\s+obj)/u.test(file.subarray(start, start + 32).toString("latin1"));
};

/**
 * The length that a file states which was written to be shown before all of it has come (PDF 32000-1, F.3.3), or
 * null.
 */
const statedLength = (file: Buffer): number | null => {
  const head = file.subarray(0, 1024).toString("latin1");
  const stated = /\/Linearized[^>]*\/L\s+(\d+)/u.exec(head)?.[1];
  return stated === undefined ? null : Number(stated);
};

/** Looks at the end of a PDF, and where that has no end mark, at all of it. */
export function pdfEnd(bytes: Uint8Array): PdfEnd {
  const length = bytes.findLastIndex((byte) => !PADDING.has(byte)) + 1;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  const mark = file.lastIndexOf(END_MARK);
  const stated = statedLength(file);
  // A file with an end mark near its start alone is cut: the first page of one that states its length has such a mark.
  const isShort = stated !== null && file.length < stated - TAIL_BYTES && mark < stated - TAIL_BYTES;
  if (isShort || (mark === -1 && !endsWithTable(file))) return { isCut: true, warnings: [] };
  const tail = mark === -1 ? 0 : file.length - mark - END_MARK.length;
  if (tail <= TAIL_BYTES || endsWithTable(file)) return { isCut: false, warnings: [] };
  return {
    isCut: false,
    warnings: [`${tail} bytes follow its last end mark %%EOF: if it was cut off, what they were to say is missing.`],
  };
}
