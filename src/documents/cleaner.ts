/** What passes text on to where it is kept. */
export type WriteText = (piece: string) => void;

/** Watches the text of any document on its way out. */
export interface TextCleaner {
  readonly write: WriteText;
  /** What was left out, and what speaks for a text that is none. */
  readonly warnings: () => string[];
}

/** Characters that texts hardly have: controls but for the breaks, tab and escape, and those of private use. */
// oxlint-disable-next-line no-control-regex -- controls are what is looked for
const ODD = /[\u0001-\u0008\u000E-\u001A\u001C-\u001F\u007F-\u009F\uE000-\uF8FF]/gu;

/** The share of odd characters (0 to 1) from which a text is probably none: symbol fonts have a few. */
const MAX_ODD_SHARE = 0.05;

/** Leaves NUL characters out, which no text has and many programs take for its end, and counts the odd ones. */
export function createCleaner(write: WriteText): TextCleaner {
  let length = 0;
  let nuls = 0;
  let odd = 0;
  return {
    write: (piece) => {
      const clean = piece.includes("\0") ? piece.replaceAll("\0", "") : piece;
      nuls += piece.length - clean.length;
      length += clean.length;
      odd += clean.match(ODD)?.length ?? 0;
      if (clean !== "") write(clean);
    },
    warnings: () => {
      const left = nuls === 1 ? "1 NUL character was" : `${nuls} NUL characters were`;
      const share = Math.round((odd / length) * 100);
      return [
        ...(nuls === 0 ? [] : [`${left} left out: the file is damaged, or padded with zeros.`]),
        ...(odd > length * MAX_ODD_SHARE
          ? [
              `${share} % of the characters are controls or of private use: this is probably not the text, or a font lacks its characters.`,
            ]
          : []),
      ];
    },
  };
}
