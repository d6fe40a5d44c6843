import type { WriteText } from "./cleaner.ts";
import { BrokenDocument, DocumentTooLarge } from "./errors.ts";
import { createListMarks } from "./html-lists.ts";
import { createLayout } from "./layout.ts";
import { MAX_HTML_DEPTH, MAX_HTML_TAGS } from "./limits.ts";
import { createTableWriter } from "./rows.ts";

/** What an element means for the text. */
interface Meaning {
  /** Its content is no text of the page. */
  readonly isSkipped?: boolean;
  /** What follows its start and its end begins a line: with 2, after a blank line. */
  readonly breaks?: 1 | 2;
  /** Its white space stays. */
  readonly isVerbatim?: boolean;
  readonly isList?: boolean;
  /** What else is done at its start and its end. */
  readonly part?: "table" | "row" | "cell" | "break" | "item" | "quote";
}

const MEANINGS = new Map<string, Meaning>();
const mean = (names: string, meaning: Meaning): void => {
  for (const name of names.split(" ")) MEANINGS.set(name, { ...MEANINGS.get(name), ...meaning });
};
mean("script style noscript template svg head iframe object canvas audio video datalist", { isSkipped: true });
mean("p h1 h2 h3 h4 h5 h6 ul ol dl dir menu blockquote pre listing xmp hr", { breaks: 2 });
mean("html body div section article aside header footer nav main address center dd dt li details summary dialog", {
  breaks: 1,
});
mean(
  "fieldset legend figure figcaption form option optgroup select button textarea caption thead tbody tfoot plaintext",
  {
    breaks: 1,
  },
);
mean("hgroup search title frameset noframes marquee", { breaks: 1 });
mean("pre listing xmp textarea plaintext", { isVerbatim: true });
mean("ul ol dir menu", { isList: true });
mean("table", { part: "table" });
mean("tr", { part: "row" });
mean("td th", { part: "cell" });
mean("br", { part: "break" });
mean("li", { part: "item" });
mean("blockquote", { part: "quote" });

/** What may stand in a head; anything else ends one that was left open, as in a browser. */
const IN_HEAD = new Set("title meta link base basefont bgsound style script noscript template head html".split(" "));

/** How much text is handed on at a time, in characters. */
const FLUSH_CHARACTERS = 64 * 1024;

const tooDeep = (filename: string | undefined): BrokenDocument =>
  new BrokenDocument(
    filename,
    `nests its HTML elements too deep: got more than ${MAX_HTML_DEPTH} levels, the limit; save it from a browser again.`,
  );

/** The attributes of a field. */
type Input = Readonly<Record<string, string>>;

/** What a field of a form shows: its value, or whether it is chosen. */
const inputText = ({ type = "text", value = "", checked }: Input): string => {
  const kind = type.toLowerCase();
  if (kind === "checkbox" || kind === "radio") return checked === undefined ? "☐" : "☒";
  return /^(?:hidden|password|file|image|color|range)$/u.test(kind) ? "" : value;
};

/** Turns the start and end of elements, and text, into the text of a page. */
const createRenderer = (write: WriteText) => {
  const root = createLayout();
  const tables = createTableWriter(root);
  const lists = createListMarks();
  let input: Input = {};
  let skipped: string | null = null;
  let skippedDepth = 0;
  let verbatim = 0;
  /** The element whose attributes come. */
  let opened = "";
  let isVerbatimStart = false;

  const startItem = (): void => {
    const mark = lists.next();
    tables.current().indent(mark, " ".repeat(mark.includes("\uFDD0") ? 4 : mark.length));
  };
  /** What an attribute of the element that was opened last says on the page. */
  const attribute = (name: string, value: string): void => {
    if (skipped !== null) return;
    if (opened === "ol") lists.attribute(name, value);
    else if (opened === "input") input = { ...input, [name]: value };
    else if (opened === "optgroup" && name === "label") {
      tables.current().text(value);
      tables.current().block(1);
    } else if (opened === "li" && name === "value" && lists.isOpen() && !Number.isNaN(Number.parseInt(value, 10))) {
      if (!lists.setNext(Number.parseInt(value, 10))) return;
      tables.current().outdent();
      startItem();
    }
  };
  const space = ({ breaks, isList }: Meaning): void => {
    if (breaks !== undefined) tables.current().block(isList === true && lists.isOpen() ? 1 : breaks);
  };
  /** @returns whether the element is within one that is skipped, or is one. */
  const skips = (name: string, meaning: Meaning | undefined): boolean => {
    if (skipped === "head" && !IN_HEAD.has(name)) skipped = null;
    if (skipped === null && meaning?.isSkipped !== true) return false;
    skippedDepth = skipped === null ? 1 : skippedDepth + (name === skipped ? 1 : 0);
    skipped ??= name;
    return true;
  };
  const start = (name: string): void => {
    opened = name;
    if (name === "input") input = {};
    const meaning = MEANINGS.get(name);
    if (skips(name, meaning) || meaning === undefined) return;
    if (meaning.part === "table") tables.startTable();
    else if (meaning.part === "row") tables.startRow();
    else if (meaning.part === "cell") tables.startCell();
    else if (meaning.part === "break") tables.current().lineBreak();
    space(meaning);
    if (meaning.isList === true) lists.open(name === "ol");
    if (meaning.part === "item") startItem();
    if (meaning.part === "quote") tables.current().indent("> ", "> ");
    if (meaning.isVerbatim === true) {
      verbatim += 1;
      isVerbatimStart = true;
    }
  };
  const end = (name: string): void => {
    opened = "";
    if (skipped !== null) {
      if (name === skipped) skippedDepth -= 1;
      if (skippedDepth === 0) skipped = null;
      return;
    }
    if (name === "input") tables.current().text(inputText(input));
    const meaning = MEANINGS.get(name);
    if (meaning === undefined) return;
    if (meaning.part === "table") tables.endTable();
    else if (meaning.part === "row") tables.endRow();
    else if (meaning.part === "cell") tables.endCell();
    else if (meaning.part === "item" || meaning.part === "quote") tables.current().outdent();
    if (meaning.isList === true) lists.close();
    if (meaning.isVerbatim === true) verbatim = Math.max(0, verbatim - 1);
    space(meaning);
  };
  const text = (data: string): void => {
    if (skipped !== null) return;
    if (verbatim === 0) tables.current().text(data);
    // The line break right after `<pre>` is none (HTML, 13.1.2.5).
    else tables.current().verbatim(isVerbatimStart ? data.replace(/^\r?\n/u, "") : data);
    isVerbatimStart = false;
    if (root.length() > FLUSH_CHARACTERS && !lists.isCounting()) write(lists.numbered(root.take()));
  };
  const finish = (): void => {
    tables.end();
    while (lists.isOpen()) lists.close();
    write(lists.numbered(root.take()));
  };
  /** Whether the text within is no markup, but has entities, as that of a title and of a text area. */
  const isTextArea = (): boolean => skipped === null && opened === "textarea";
  /** Whether nothing is markup any more. */
  const isPlain = (): boolean => skipped === null && opened === "plaintext";
  return { start, attribute, end, text, finish, isTextArea, isPlain };
};

/**
 * The readable text of an HTML page, read piece by piece: no markup, scripts, styles or images, of links only their
 * text, lines not wrapped.
 * @throws BrokenDocument elements nested more than 1,000 deep
 * @throws DocumentTooLarge more than 3,000,000 tags
 */
export async function openHtml(
  write: WriteText,
  filename?: string,
): Promise<{ readonly push: (piece: string) => void; readonly end: () => void }> {
  const { Parser } = await import("htmlparser2");
  const renderer = createRenderer(write);
  let depth = 0;
  let tags = 0;
  let plainText = "";
  // The parser takes a text area for code, in which entities are none.
  const decoder = new Parser({ ontext: (data) => (plainText += data) });
  const decoded = (text: string): string => {
    if (!text.includes("&")) return text;
    plainText = "";
    decoder.write(text.replaceAll("<", "&lt;"));
    decoder.end();
    decoder.reset();
    return plainText;
  };
  const parser = new Parser({
    onopentagname: (name) => {
      depth += 1;
      if (depth > MAX_HTML_DEPTH) throw tooDeep(filename);
      renderer.start(name);
    },
    onclosetag: (name) => {
      depth -= 1;
      renderer.end(name);
    },
    onattribute: renderer.attribute,
    ontext: (data) => {
      renderer.text(renderer.isTextArea() ? decoded(data) : data);
    },
  });
  const pushMarkup = (piece: string): void => {
    for (let at = piece.indexOf("<"); at !== -1; at = piece.indexOf("<", at + 1)) tags += 1;
    if (tags > MAX_HTML_TAGS) {
      throw new DocumentTooLarge(filename, `has more than ${MAX_HTML_TAGS} HTML tags, the limit; split it.`);
    }
    parser.write(piece);
  };
  const push = (piece: string): void => {
    if (renderer.isPlain()) {
      renderer.text(piece);
      return;
    }
    // All that follows this tag is text; the parser does not know it.
    const plain = /<plaintext\s*>/iu.exec(piece);
    const to = plain === null ? piece.length : plain.index + plain[0].length;
    pushMarkup(piece.slice(0, to));
    if (to < piece.length) push(piece.slice(to));
  };
  return {
    push,
    end: () => {
      parser.end();
      renderer.finish();
    },
  };
}

/** The text of a whole page at once. @throws what {@link openHtml} throws */
export async function htmlToText(html: string, filename?: string): Promise<string> {
  const parts: string[] = [];
  const page = await openHtml((piece) => parts.push(piece), filename);
  page.push(html);
  page.end();
  return parts.join("");
}
