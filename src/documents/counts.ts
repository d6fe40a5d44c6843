/** How much text there is. */
export interface TextCounts {
  /** Unicode code points, line breaks included. */
  readonly characters: number;
  /** Words by Unicode's rules: Korean by its spaces, Chinese and Japanese by a dictionary; punctuation is none. */
  readonly words: number;
  /** Lines; a break at the end starts no further one. */
  readonly lines: number;
  /** Blocks of text with blank lines between them. */
  readonly paragraphs: number;
}

/** Segments are made one by one, but the segmenter copies its whole input as UTF-16: pieces bound that. */
const PIECE_LENGTH = 1_000_000;

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/gu;
const BLANK_LINES = /(?:(?:\r\n|[\n\r\u2028\u2029])[^\S\n\r\u2028\u2029]*){2,}/u;

/** Cuts after a line break or a space, where no word goes on; after exactly a million where there is neither. */
function* piecesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + PIECE_LENGTH, text.length);
    if (end < text.length) {
      const gap = Math.max(text.lastIndexOf("\n", end - 1), text.lastIndexOf(" ", end - 1)) + 1;
      if (gap > start) end = gap;
    }
    yield text.slice(start, end);
    start = end;
  }
}

const countWords = (text: string): number => {
  const segmenter = new Intl.Segmenter("ko", { granularity: "word" });
  let words = 0;
  for (const piece of piecesOf(text)) {
    for (const segment of segmenter.segment(piece)) if (segment.isWordLike === true) words += 1;
  }
  return words;
};

/** A code point beyond the BMP has two UTF-16 units; counting its second ones needs no copy of the text. */
const countCharacters = (text: string): number => text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0);

const countLines = (text: string): number => {
  if (text === "") return 0;
  const breaks = text.match(LINE_BREAK)?.length ?? 0;
  return /[\n\r\u2028\u2029]$/u.test(text) ? breaks : breaks + 1;
};

/** Counts a text: 4 MB take about 0.2 s. */
export function countText(text: string): TextCounts {
  const trimmed = text.trim();
  return {
    characters: countCharacters(text),
    words: countWords(text),
    lines: countLines(text),
    paragraphs: trimmed === "" ? 0 : trimmed.split(BLANK_LINES).length,
  };
}
