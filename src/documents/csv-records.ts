/** One record of a table, as it is read. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line that it starts on, from 1. */
  readonly line: number;
  /** A quote stood where none belongs: within a cell without quotes, or before the end of one with them. */
  readonly strayQuote: boolean;
}

/** Reads a table piece by piece. */
export interface CsvReader {
  readonly push: (piece: string) => void;
  /** Ends the last record. @returns the line on which a quote was opened that is never closed, or null. */
  readonly end: () => number | null;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
/** What DOS programs write after the last line. */
const END_OF_FILE = "\u001A";

/** Where the reader is: before a cell, in one, in one with quotes, after a quote within it. */
type Place = "start" | "plain" | "quoted" | "closing";

/**
 * Reads records as Python's csv module and spreadsheets do: any line end ends a record; quotes around a cell, doubled
 * or after a backslash within it; spaces before a quote do not count; a quote elsewhere is a character. Blank lines
 * are no records.
 * @param delimiter one character
 */
export function createCsvReader(delimiter: string, onRecord: (record: CsvRecord) => void): CsvReader {
  const separator = delimiter.charCodeAt(0);
  let place: Place = "start";
  let cells: string[] = [];
  let cell = "";
  let strayQuote = false;
  let wasQuoted = false;
  let line = 1;
  let recordLine = 1;
  let quoteLine = 1;
  let afterReturn = false;
  /** Whether the last character of a quoted cell, so far, is a backslash. */
  let escapes = false;
  /** Whether a quote after a backslash has gone on with its cell before: then it does so before another quote too. */
  let usesBackslash = false;

  const endCell = (): void => {
    cells.push(cell);
    cell = "";
    place = "start";
  };
  const endRecord = (): void => {
    endCell();
    const isBlank = cells.length === 1 && !wasQuoted && cells[0]?.replace(END_OF_FILE, "").trim() === "";
    if (!isBlank) onRecord({ cells, line: recordLine, strayQuote });
    cells = [];
    strayQuote = false;
    wasQuoted = false;
    recordLine = line;
  };
  const endLine = (code: number): void => {
    line += 1;
    afterReturn = code === RETURN;
    endRecord();
  };

  /** Takes a run of an unquoted cell from `from` on. @returns the place after it. */
  const takePlain = (piece: string, from: number): number => {
    let at = from;
    for (; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      if (code === separator || code === LINE_FEED || code === RETURN) break;
      if (code === QUOTE) strayQuote = true;
    }
    cell += piece.slice(from, at);
    return at;
  };
  const takeQuoted = (piece: string, from: number): number => {
    const quote = piece.indexOf('"', from);
    const to = quote === -1 ? piece.length : quote;
    // A lone return within quotes is rare enough not to count as a line.
    for (let at = piece.indexOf("\n", from); at !== -1 && at < to; at = piece.indexOf("\n", at + 1)) line += 1;
    cell += piece.slice(from, to);
    if (to > from) escapes = piece.charCodeAt(to - 1) === BACKSLASH;
    if (quote !== -1) place = "closing";
    return to + 1;
  };
  /**
   * Takes a whole line without quotes at once, which most are. @returns the place after it, or `from` where it is not
   * such a line.
   */
  const takeLine = (piece: string, from: number): number => {
    const to = piece.indexOf("\n", from);
    if (to === -1) return from;
    const text = piece.slice(from, piece.charCodeAt(to - 1) === RETURN ? to - 1 : to);
    if (to === from || text.includes('"') || text.includes("\r")) return from;
    cells = text.split(delimiter);
    cell = cells.pop() ?? "";
    endLine(LINE_FEED);
    return to + 1;
  };
  const isEnd = (code: number): boolean => code === separator || code === LINE_FEED || code === RETURN;
  /**
   * Decides, by the character after it, what a quote within a quoted cell was. @returns whether that character is
   * used up.
   */
  const decideQuote = (code: number): boolean => {
    if (code === QUOTE && !(escapes && usesBackslash)) {
      cell += '"';
      escapes = false;
      place = "quoted";
      return true;
    }
    if (escapes && !isEnd(code)) {
      usesBackslash = true;
      cell = `${cell.slice(0, -1)}"`;
      escapes = false;
      place = "quoted";
      return false;
    }
    if (code !== SPACE && !isEnd(code)) strayQuote = true;
    place = "plain";
    return false;
  };

  const push = (piece: string): void => {
    for (let at = 0; at < piece.length;) {
      const code = piece.charCodeAt(at);
      if (afterReturn && code === LINE_FEED) {
        afterReturn = false;
        at += 1;
        continue;
      }
      afterReturn = false;
      if (place === "start" && cells.length === 0 && cell === "") {
        const next = takeLine(piece, at);
        if (next > at) {
          at = next;
          continue;
        }
      }
      if (place === "quoted") at = takeQuoted(piece, at);
      else if (place === "closing") at += decideQuote(code) ? 1 : 0;
      else if (code === separator) {
        endCell();
        at += 1;
      } else if (code === LINE_FEED || code === RETURN) {
        endLine(code);
        at += 1;
      } else if (place === "start" && code === QUOTE && cell.trim() === "") {
        cell = "";
        place = "quoted";
        wasQuoted = true;
        escapes = false;
        quoteLine = line;
        at += 1;
      } else if (place === "start" && code === SPACE) {
        cell += " ";
        at += 1;
      } else {
        place = "plain";
        at = takePlain(piece, at);
      }
    }
  };

  return {
    push,
    end: () => {
      if (place === "quoted") return quoteLine;
      if (cells.length > 0 || cell !== "" || wasQuoted) endRecord();
      return null;
    },
  };
}
