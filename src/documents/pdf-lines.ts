/** A piece of text on a page, as the reader gives it. */
export interface PdfItem {
  readonly str: string;
  readonly dir: string;
  /** Along the line. */
  readonly width: number;
  readonly height: number;
  /** The matrix of the text: direction and size in the first four, place in the last two. */
  readonly transform: readonly number[];
  readonly hasEOL: boolean;
}

/** A piece on a line: from where to where it goes along it, in points. */
interface Piece {
  text: string;
  from: number;
  to: number;
}

/** Text that stands on a page beside its content: the value of a form field, a note typed onto the page. */
export interface PlacedText {
  readonly text: string;
  /** Left, bottom, right, top, in points. */
  readonly rect: readonly number[];
}

interface Line {
  readonly pieces: Piece[];
  /** The height of its first baseline; null where the text is turned. */
  baseline: number | null;
  isRightToLeft: boolean;
}

/** A gap of this share of the letters' size separates words; letters that are set wide stay below. */
const WORD_GAP = 0.2;
/** Text drawn again at less than this share of its size away is the same text, made bold. */
const SAME_PLACE = 0.15;

/** Where an item stands: along its line, across it, and how large its letters are. */
const placeOf = ({ transform }: PdfItem): { along: number; across: number; size: number; isLevel: boolean } => {
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = transform;
  const length = Math.hypot(a, b) || 1;
  const [right, up] = [a / length, b / length];
  return {
    along: x * right + y * up,
    across: y * right - x * up,
    size: Math.hypot(c, d) || length,
    isLevel: Math.abs(up) < 0.01 && right > 0,
  };
};

const lineText = (line: Line): string => {
  let text = "";
  for (const piece of line.pieces) {
    if (text !== "" && !/\s$/u.test(text) && !/^\s/u.test(piece.text)) text += " ";
    text += piece.text;
  }
  return text.trimEnd();
};

/** Pieces that were drawn from right to left read from left to right, unless their script goes the other way. */
const inOrder = (line: Line): void => {
  if (line.isRightToLeft || line.baseline === null) return;
  line.pieces.sort((one, other) => one.from - other.from);
};

/** Puts what was typed onto a page into the line that it stands on, or at the end. */
const place = (lines: Line[], { text, rect }: PlacedText): void => {
  const [left = 0, bottom = 0, right = 0, top = 0] = rect;
  const isOn = (line: Line): boolean => line.baseline !== null && line.baseline >= bottom - 2 && line.baseline <= top;
  const line = lines.find(isOn);
  const piece = { text, from: left, to: right };
  if (line === undefined) lines.push({ pieces: [piece], baseline: (bottom + top) / 2, isRightToLeft: false });
  else line.pieces.push(piece);
};

/** Joins the pieces of a page to lines by where they stand. */
export function createPageText() {
  const lines: Line[] = [];
  let line: Line | null = null;
  /** The last drawn pieces, among which a piece that is drawn twice is looked for. */
  let recent: { text: string; along: number; across: number }[] = [];
  let last: { from: number; to: number } | null = null;

  const isRepeated = (text: string, along: number, across: number, size: number): boolean => {
    const near = size * SAME_PLACE;
    const found = recent.some(
      (other) => other.text === text && Math.abs(other.along - along) < near && Math.abs(other.across - across) < near,
    );
    recent = [...recent.slice(-7), { text, along, across }];
    return found;
  };
  const add = (item: PdfItem): void => {
    if (item.str === "") return;
    const { along, across, size, isLevel } = placeOf(item);
    if (item.str.trim() !== "" && isRepeated(item.str, along, across, size)) return;
    line ??= { pieces: [], baseline: isLevel ? across : null, isRightToLeft: false };
    if (!isLevel) line.baseline = null;
    if (item.dir === "rtl") line.isRightToLeft = true;
    const [from, to] = [along, along + item.width];
    const gap = last === null ? 0 : Math.max(from - last.to, last.from - to);
    const piece = line.pieces.at(-1);
    // A space that the reader has found is a gap of its own, as wide as it says.
    if (piece !== undefined && gap <= size * WORD_GAP) {
      piece.text += item.str;
      piece.from = Math.min(piece.from, from);
      piece.to = Math.max(piece.to, to);
    } else line.pieces.push({ text: item.str, from, to });
    last = { from, to };
  };
  return {
    /** Adds what comes next in the page's content. @returns how many characters it is. */
    add: (item: PdfItem): number => {
      add(item);
      if (item.hasEOL) {
        lines.push(line ?? { pieces: [], baseline: null, isRightToLeft: false });
        line = null;
        last = null;
      }
      return item.str.length + 1;
    },
    /** The text of the page, with what was typed onto it. */
    text: (typed: readonly PlacedText[]): string => {
      if (line !== null) lines.push(line);
      line = null;
      for (const text of typed) place(lines, text);
      for (const each of lines) inOrder(each);
      return lines.map(lineText).join("\n").trim();
    },
  };
}
