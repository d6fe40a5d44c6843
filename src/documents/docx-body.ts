import { createMathWriter } from "./docx-math.ts";
import type { Losses } from "./docx-losses.ts";
import type { Start, XmlEvents } from "./docx-xml.ts";
import { createLayout } from "./layout.ts";
import { createTableWriter } from "./rows.ts";

/** The text of a font's symbol, by the font and the code in it; null where it is not known. */
export type SymbolText = (font: string, code: number) => string | null;

/** What the text of a part goes to and what it needs. */
export interface BodyOptions {
  readonly losses: Losses;
  readonly symbolText: SymbolText;
  /** The mark of a note in the text, such as `[1]`, by the element and the note's id. */
  readonly note: (kind: "w:footnoteReference" | "w:endnoteReference", id: string) => string;
}

/** The text of one part: its events, and what they gave so far. */
export interface Body {
  readonly events: XmlEvents;
  /** The text since the last call. */
  readonly take: () => string;
}

/**
 * Elements whose content is not the document's: taken out or moved away (the change is tracked), a reading above a
 * word.
 */
const SKIPPED = new Set(["w:del", "w:moveFrom", "w:rt"]);

/** What stands for a character in a run. */
const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ["w:tab", "\t"],
  ["w:ptab", "\t"],
  ["w:br", "\n"],
  ["w:cr", "\n"],
  ["w:noBreakHyphen", "\u2011"],
  ["w:softHyphen", "\u00AD"],
]);

const LOST: ReadonlyMap<string, "documents" | "links" | "charts" | "objects"> = new Map([
  ["w:altChunk", "documents"],
  ["w:subDoc", "links"],
  ["chart:chart", "charts"],
  ["chart:relIds", "charts"],
  ["o:OLEObject", "objects"],
]);

const isOn = (value: string | undefined): boolean => value === undefined || !/^(?:0|false|off)$/u.test(value);

/** A field of an old form: a box to check, or a list to choose from. */
interface FormField {
  isChecked: boolean;
  readonly entries: string[];
  chosen: number;
}

/** One paragraph, and the text boxes that are anchored in it, which follow it. */
interface Paragraph {
  text: string;
  boxes: string[];
  /** Its mark is deleted (the change is tracked): the next one goes on with it. */
  isJoined: boolean;
}

/**
 * Reads the body of a document, a note or a header: paragraphs with a blank line between them, a table row as a line.
 */
export function createBody(options: BodyOptions): Body {
  const layouts = [createTableWriter(createLayout())];
  const paragraphs: Paragraph[] = [];
  const open: string[] = [];
  let joined = "";
  let skipDepth = 0;
  let isRowDeleted = false;
  let field: FormField | null = null;
  /** Of each open mc:AlternateContent whether a choice was taken: the fallback says the same again. */
  const choices: boolean[] = [];

  const layout = () => layouts.at(-1) ?? createTableWriter(createLayout());
  const write = (text: string): void => {
    const paragraph = paragraphs.at(-1);
    if (paragraph === undefined) joined += text;
    else paragraph.text += text;
  };
  const math = createMathWriter(write);

  const endParagraph = (): void => {
    const paragraph = paragraphs.pop();
    if (paragraph === undefined) return;
    if (paragraph.isJoined) joined = paragraph.text;
    const current = layout().current();
    const blocks = paragraph.isJoined ? paragraph.boxes : [paragraph.text, ...paragraph.boxes];
    for (const block of blocks.filter((text) => text.trim() !== "")) {
      current.block(2);
      current.verbatim(block);
    }
    current.block(2);
  };
  const endBox = (): void => {
    const box = layouts.pop();
    box?.end();
    paragraphs.at(-1)?.boxes.push(box?.current().take() ?? "");
  };
  const endField = (name: string): void => {
    if (field === null) return;
    write(name === "w:checkBox" ? (field.isChecked ? "☒" : "☐") : (field.entries[field.chosen] ?? ""));
    field = null;
  };
  const startField = ({ name, attribute }: Start): void => {
    if (name === "w:checkBox" || name === "w:ddList") field = { isChecked: false, entries: [], chosen: 0 };
    else if (field === null) return;
    // The default comes first, and then what was chosen.
    else if (name === "w:default" || name === "w:checked") field.isChecked = isOn(attribute("val"));
    if (field !== null && name === "w:listEntry") field.entries.push(attribute("val") ?? "");
    if (field !== null && (name === "w:result" || name === "w:default")) field.chosen = Number(attribute("val") ?? 0);
  };
  const symbol = ({ attribute }: Start): void => {
    const text = options.symbolText(attribute("font") ?? "", Number.parseInt(attribute("char") ?? "", 16));
    if (text === null) options.losses.add("symbols");
    else write(text);
  };

  /** @returns whether nothing within this element is text of the document. */
  const startsSkipped = ({ name }: Start): boolean => {
    if (name === "mc:AlternateContent") choices.push(false);
    const isSecond = (name === "mc:Choice" || name === "mc:Fallback") && choices.at(-1) === true;
    if (name === "mc:Choice" && choices.length > 0) choices[choices.length - 1] = true;
    // Within the properties of a paragraph it says that the paragraph's mark was deleted.
    if (name === "w:del" && open.at(-2) === "w:rPr" && open.at(-3) === "w:pPr") {
      const paragraph = paragraphs.at(-1);
      if (paragraph !== undefined) paragraph.isJoined = true;
      return false;
    }
    // Within the properties of a row it says that all of the row was deleted; its cells come after them.
    if (name === "w:del" && open.at(-2) === "w:trPr") isRowDeleted = true;
    if (name === "w:rt") options.losses.add("readings");
    return isSecond || SKIPPED.has(name);
  };
  const startParagraph = (): void => {
    paragraphs.push({ text: joined, boxes: [], isJoined: false });
    joined = "";
  };
  const start = (element: Start): void => {
    const { name } = element;
    open.push(name);
    if (skipDepth > 0 || startsSkipped(element)) {
      skipDepth += 1;
      return;
    }
    if (name === "m:oMath" || math.isOpen()) math.start(name, element.attribute);
    const lost = LOST.get(name);
    if (lost !== undefined) options.losses.add(lost);
    // Tabs and breaks are also defined in properties, where they are none.
    const isInRun = open.at(-2) === "w:r";
    if (name === "w:p") startParagraph();
    else if (isInRun && CHARACTERS.has(name)) write(CHARACTERS.get(name) ?? "");
    else if (isInRun && name === "w:sym") symbol(element);
    else if (name === "v:textpath") write(element.attribute("string") ?? "");
    else if (name === "w:footnoteReference" || name === "w:endnoteReference") {
      write(options.note(name, element.attribute("id") ?? ""));
    } else if (name === "w:tbl") layout().startTable();
    else if (name === "w:tr") layout().startRow();
    else if (name === "w:tc") layout().startCell();
    else if (name === "w:txbxContent") layouts.push(createTableWriter(createLayout()));
    else startField(element);
  };
  const end = (name: string): void => {
    open.pop();
    if (name === "mc:AlternateContent" && skipDepth === 0) choices.pop();
    if (skipDepth > 0) {
      skipDepth -= 1;
      return;
    }
    if (math.isOpen()) math.end(name);
    if (name === "w:trPr" && isRowDeleted) {
      // To the end of the row.
      skipDepth = 1;
      isRowDeleted = false;
    }
    if (name === "w:p") endParagraph();
    else if (name === "w:tbl") layout().endTable();
    else if (name === "w:tr") layout().endRow();
    else if (name === "w:tc") layout().endCell();
    else if (name === "w:txbxContent") endBox();
    else if (name === "w:checkBox" || name === "w:ddList") endField(name);
  };
  const text = (data: string): void => {
    if (skipDepth > 0) return;
    const name = open.at(-1);
    if (name === "m:t" || (name === "w:t" && math.isOpen())) math.text(data);
    else if (name === "w:t") write(data);
  };
  return { events: { start, end, text }, take: () => layouts[0]?.current().take() ?? "" };
}
