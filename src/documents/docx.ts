import { BrokenDocument, DocumentTooLarge, EncryptedDocument } from "./errors.ts";
import { MAX_XML_TAGS } from "./limits.ts";
import { storedZip, unzip } from "./zip.ts";

/** The text of a Word document. */
export interface DocxText {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** What an OLE container begins with: an old .doc, or a docx that a password has wrapped. */
const OLE_MARK = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

const TAG_START = 0x3c;

const countTags = (parts: ReadonlyMap<string, Buffer>): number => {
  let tags = 0;
  for (const part of parts.values()) {
    for (let at = part.indexOf(TAG_START); at !== -1; at = part.indexOf(TAG_START, at + 1)) tags += 1;
  }
  return tags;
};

/**
 * The text of a .docx: paragraphs with a blank line between them, a table cell as a paragraph. Headers, footers, notes,
 * comments and pictures are left out.
 * @throws EncryptedDocument a password
 * @throws BrokenDocument damage, or a zip that is no Word document
 * @throws DocumentTooLarge over a limit once unpacked
 */
export async function docxToText(bytes: Uint8Array, filename?: string, signal?: AbortSignal): Promise<DocxText> {
  if (OLE_MARK.equals(bytes.subarray(0, OLE_MARK.length))) {
    throw new EncryptedDocument(
      filename,
      "is an OLE file, which Word makes of a docx with a password; remove it in Word (File, Info, Protect Document) and send the file again.",
    );
  }
  const parts = await unzip(bytes, { filename, signal, wanted: (name) => /\.(?:xml|rels)$/iu.test(name) });
  const tags = countTags(parts);
  if (tags > MAX_XML_TAGS) {
    throw new DocumentTooLarge(filename, `has ${tags} XML tags, the limit is ${MAX_XML_TAGS}; split it.`);
  }
  const { default: mammoth } = await import("mammoth");
  signal?.throwIfAborted();
  try {
    // mammoth has a zip reader of its own, which could find other entries in a crafted file than those checked here.
    const { value, messages } = await mammoth.extractRawText({ buffer: storedZip(parts) });
    const left = messages.length;
    const warnings =
      left === 0 ? [] : [`${left} ${left === 1 ? "element" : "elements"} could not be read and were left out.`];
    return { text: value.trimEnd(), warnings };
  } catch (error) {
    const problem =
      error instanceof RangeError ? "its XML nests too deep" : "its XML is no Word document or is damaged";
    throw new BrokenDocument(filename, `can't be read: ${problem}; open it in Word and save it again as .docx.`);
  }
}
