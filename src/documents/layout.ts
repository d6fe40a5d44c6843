/**
 * Writes text in lines and blocks: spaces collapse, breaks between two blocks are as many as the one that asks for
 * more.
 */
export interface TextLayout {
  /** Text of a line; white space in it is one space. */
  readonly text: (text: string) => void;
  /** Text as it stands, with its line breaks and spaces. */
  readonly verbatim: (text: string) => void;
  /** What follows starts a line: with 2, after a blank line. Nothing at the very start. */
  readonly block: (breaks: 1 | 2) => void;
  /** One more line break, as `<br>` is. */
  readonly lineBreak: () => void;
  /** From here to `outdent`, lines begin with `rest`, the first with `first`. */
  readonly indent: (first: string, rest: string) => void;
  readonly outdent: () => void;
  /** Whether nothing has been written yet. */
  readonly isEmpty: () => boolean;
  /** What was written since the last call. Spaces and breaks at the end of a text are not. */
  readonly take: () => string;
  /** How many characters `take` would give. */
  readonly length: () => number;
}

interface Indent {
  first: string | null;
  readonly rest: string;
}

/** Creates an empty layout. */
export function createLayout(): TextLayout {
  const indents: Indent[] = [];
  let written = "";
  let isEmpty = true;
  let isLineStart = true;
  let breaks = 0;
  let spaces = "";
  /** How many indents held for all of the waiting breaks: an empty line before or after a quotation is none of it. */
  let common = 0;

  const emit = (text: string): void => {
    if (!isEmpty && breaks > 0) {
      const empty = indents
        .slice(0, common)
        .map((indent) => indent.rest)
        .join("")
        .trimEnd();
      written += `\n${`${empty}\n`.repeat(breaks - 1)}`;
      isLineStart = true;
    }
    breaks = 0;
    if (isLineStart) {
      for (const indent of indents) {
        written += indent.first ?? indent.rest;
        indent.first = null;
      }
    }
    written += spaces + text;
    spaces = "";
    isEmpty = false;
    isLineStart = false;
    common = indents.length;
  };

  const line = (text: string): void => {
    const trimmed = text.trimEnd();
    if (trimmed !== "") emit(trimmed);
    spaces += text.slice(trimmed.length);
  };

  return {
    text: (text) => {
      if (isSpace(text.charCodeAt(0)) && breaks === 0 && !isEmpty) spaces = " ";
      const plain = collapsed(text);
      if (plain === "") return;
      if (breaks > 0) spaces = "";
      emit(plain);
      if (isSpace(text.charCodeAt(text.length - 1))) spaces = " ";
    },
    verbatim: (text) => {
      for (const [index, part] of text.split(/\r\n|\r|\n/u).entries()) {
        if (index > 0) {
          breaks += isEmpty ? 0 : 1;
          spaces = "";
        }
        if (part !== "") line(part);
      }
    },
    block: (count) => {
      breaks = Math.max(breaks, count);
      spaces = "";
    },
    lineBreak: () => {
      breaks += 1;
      spaces = "";
    },
    indent: (first, rest) => void indents.push({ first, rest }),
    outdent: () => {
      indents.pop();
      common = Math.min(common, indents.length);
    },
    isEmpty: () => isEmpty,
    take: () => {
      const text = written;
      written = "";
      return text;
    },
    length: () => written.length,
  };
}

/** White space as HTML collapses it; a no-break space is none. */
function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b) || code === 0x200b;
}

/**
 * Text without spaces around it and with single ones in it. Most has nothing else, which a loop sees faster than a
 * regular expression.
 */
function collapsed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  const inner = from === 0 && to === text.length ? text : text.slice(from, to);
  for (let index = 0, wasSpace = false; index < inner.length; index += 1) {
    const code = inner.charCodeAt(index);
    const space = isSpace(code);
    if (space && (wasSpace || code !== 0x20)) return inner.replace(/[\t\n\f\r \u200B]+/gu, " ");
    wasSpace = space;
  }
  return inner;
}
