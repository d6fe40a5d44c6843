import type { WriteText } from "./cleaner.ts";
import { countWords } from "./counts.ts";
import { type Body, createBody } from "./docx-body.ts";
import { createLosses, type Losses } from "./docx-losses.ts";
import { openXml, type XmlEvents } from "./docx-xml.ts";
import { BrokenDocument, DocumentTooLarge, EncryptedDocument } from "./errors.ts";
import { MAX_XML_TAGS } from "./limits.ts";
import { unzip } from "./zip.ts";

/** The text of a Word document. */
export interface DocxText {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** What an OLE container begins with: an old .doc, or a docx that a password has wrapped. */
const OLE_MARK = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

const TAG_START = 0x3c;

type Parts = ReadonlyMap<string, Buffer>;

const countTags = (parts: Parts): number => {
  let tags = 0;
  for (const part of parts.values()) {
    for (let at = part.indexOf(TAG_START); at !== -1; at = part.indexOf(TAG_START, at + 1)) tags += 1;
  }
  return tags;
};

/** The parts that are read; the others hold styles, pictures and settings. */
const WANTED =
  /(?:^|\/)(?:_rels\/[^/]*\.rels|document\d*\.xml|(?:foot|end)notes\d*\.xml|comments\d*\.xml|(?:header|footer)\d*\.xml)$/iu;

/** Where the relations of the package say that the document is; Word's place if they do not say. */
const documentName = async (parts: Parts): Promise<string> => {
  let target = "word/document.xml";
  const relations = parts.get("_rels/.rels");
  const start: XmlEvents["start"] = ({ attribute }) => {
    if (attribute("Type")?.endsWith("/officeDocument") === true)
      target = (attribute("Target") ?? target).replace(/^\//u, "");
  };
  if (relations !== undefined) await run(await openXml(relations, { start, end: () => {}, text: () => {} }), undefined);
  return target;
};

const run = async (steps: Generator<void>, signal: AbortSignal | undefined): Promise<void> => {
  for (const _step of steps) {
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
};

/** The references to notes in the order of the text, numbered together. */
const createNotes = () => {
  const numbers = new Map<string, number>();
  const keyOf = (kind: string, id: string): string => `${kind.includes("foot") ? "foot" : "end"}note ${id}`;
  return {
    mark: (kind: string, id: string): string => {
      const key = keyOf(kind, id);
      numbers.set(key, numbers.get(key) ?? numbers.size + 1);
      return `[${numbers.get(key)}]`;
    },
    number: (kind: string, id: string): number | undefined => numbers.get(keyOf(kind, id)),
    size: () => numbers.size,
  };
};

type Notes = ReturnType<typeof createNotes>;

/**
 * Reads a part of notes: the text of each that the document refers to, by its number. Separators and the like are no
 * notes.
 */
const readNotes = async (
  part: Buffer,
  notes: Notes,
  makeBody: () => Body,
  found: Map<number, string>,
): Promise<void> => {
  let number: number | undefined;
  let body = makeBody();
  const steps = await openXml(part, {
    start: (element) => {
      if (element.name === "w:footnote" || element.name === "w:endnote") {
        body = makeBody();
        number = notes.number(element.name, element.attribute("id") ?? "");
      }
      body.events.start(element);
    },
    end: (name) => {
      body.events.end(name);
      if ((name === "w:footnote" || name === "w:endnote") && number !== undefined) found.set(number, body.take());
    },
    text: (text) => {
      body.events.text(text);
    },
  });
  await run(steps, undefined);
};

const countParts = async (parts: Parts, losses: Losses, makeBody: () => Body): Promise<void> => {
  for (const [name, part] of parts) {
    if (/(?:^|\/)comments\d*\.xml$/iu.test(name)) {
      const start: XmlEvents["start"] = (element) => {
        if (element.name === "w:comment") losses.add("comments");
      };
      await run(await openXml(part, { start, end: () => {}, text: () => {} }), undefined);
    } else if (/(?:header|footer)\d*\.xml$/iu.test(name)) {
      const body = makeBody();
      await run(await openXml(part, body.events), undefined);
      losses.add("margins", countWords(body.take()));
    }
  }
};

const readDocument = async (parts: Parts, write: WriteText, signal: AbortSignal | undefined): Promise<string[]> => {
  // The default export: bundled CommonJS has no named ones.
  const { default: dingbats } = await import("dingbat-to-unicode");
  const document = parts.get(await documentName(parts));
  if (document === undefined) throw new Error("There is no document in the archive.");
  const losses = createLosses();
  const notes = createNotes();
  // Word writes the codes of symbol fonts in the private range from F000 on.
  const symbolText = (font: string, code: number): string | null =>
    dingbats.codePoint(font, code >= 0xf000 && code <= 0xf0ff ? code - 0xf000 : code)?.string ?? null;
  const makeBody = (): Body => createBody({ losses, symbolText, note: notes.mark });
  const body = makeBody();
  let isWord = false;
  const start: XmlEvents["start"] = (element) => {
    isWord ||= element.name === "w:document";
    body.events.start(element);
  };
  for (const _step of await openXml(document, { ...body.events, start })) {
    write(body.take());
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
  if (!isWord) throw new Error("Its main part is no Word document.");
  write(body.take());
  const found = new Map<number, string>();
  for (const [name, part] of parts) {
    if (/(?:foot|end)notes\d*\.xml$/iu.test(name)) await readNotes(part, notes, makeBody, found);
  }
  for (const [number, text] of [...found].toSorted(([one], [other]) => one - other))
    write(`\n\n[${number}] ${text.trim()}`);
  losses.add("notes", notes.size() - found.size);
  await countParts(parts, losses, () => createBody({ losses: createLosses(), symbolText, note: () => "" }));
  return losses.warnings();
};

/**
 * Writes the text of a .docx: paragraphs with a blank line between them, a table row as a line with tabs between its
 * cells, notes at the end. Headers, footers, comments and charts are left out, and told in the warnings, which are
 * returned; pictures are left out.
 * @throws EncryptedDocument a password
 * @throws BrokenDocument damage, or a zip that is no Word document
 * @throws DocumentTooLarge over a limit once unpacked
 */
export async function readDocx(
  bytes: Uint8Array,
  write: WriteText,
  filename?: string,
  signal?: AbortSignal,
): Promise<string[]> {
  if (OLE_MARK.equals(bytes.subarray(0, OLE_MARK.length))) {
    throw new EncryptedDocument(
      filename,
      "is an OLE file, which Word makes of a docx with a password; remove it in Word (File, Info, Protect Document) and send the file again.",
    );
  }
  const parts = await unzip(bytes, { filename, signal, wanted: (name) => WANTED.test(name) });
  const tags = countTags(parts);
  if (tags > MAX_XML_TAGS) {
    throw new DocumentTooLarge(filename, `has ${tags} XML tags, the limit is ${MAX_XML_TAGS}; split it.`);
  }
  signal?.throwIfAborted();
  try {
    return await readDocument(parts, write, signal);
  } catch {
    signal?.throwIfAborted();
    // The parser's message quotes the file.
    throw new BrokenDocument(
      filename,
      "can't be read: its XML is no Word document or is damaged; open it in Word and save it again as .docx.",
    );
  }
}

/** The text of a whole .docx at once. @throws what {@link readDocx} throws */
export async function docxToText(bytes: Uint8Array, filename?: string, signal?: AbortSignal): Promise<DocxText> {
  const parts: string[] = [];
  const warnings = await readDocx(bytes, (piece) => parts.push(piece), filename, signal);
  return { text: parts.join(""), warnings };
}
