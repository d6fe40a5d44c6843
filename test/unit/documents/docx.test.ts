import { describe, expect, it } from "vitest";
import { docxToText } from "../../../src/documents/docx.ts";
import { BrokenDocument, DocumentTooLarge, EncryptedDocument } from "../../../src/documents/errors.ts";
import { MAX_XML_TAGS, MAX_ZIP_ENTRIES } from "../../../src/documents/limits.ts";
import {
  docxBomb,
  docxBombInParts,
  docxFile,
  docxParagraph,
  docxParts,
  encryptedDocx,
  lyingDocxBomb,
  zipFile,
} from "../../fixtures/documents.ts";

const small = docxParts(docxParagraph("small"));
const korean = await docxFile(["회의록", "안녕하세요."], [["이름", "나이"]]);

describe("docxToText", () => {
  it("reads paragraphs and table cells, with a blank line between two", async () => {
    expect(await docxToText(korean)).toEqual({ text: "회의록\n\n안녕하세요.\n\n이름\n\n나이", warnings: [] });
  });

  it("refuses a small file whose text unpacks to 62 MB", async () => {
    const bomb = docxBomb();
    expect(bomb.length).toBeLessThan(100_000);
    await expect(docxToText(bomb, "bomb.docx")).rejects.toThrow(DocumentTooLarge);
  });

  it("refuses entries that only together unpack to more than 50 MB", async () => {
    const refusal = docxToText(docxBombInParts(), "bomb.docx");
    await expect(refusal).rejects.toThrow(DocumentTooLarge);
    await expect(refusal).rejects.toThrow('Document "bomb.docx" unpacks to more than 50 MB, the limit');
  });

  it("does not believe a bomb's headers, which state 1,000 bytes", async () => {
    await expect(docxToText(lyingDocxBomb())).rejects.toThrow("unpacks to another size than it states");
  });

  it("refuses more entries than the limit", async () => {
    const none = Buffer.alloc(0);
    const many = Array.from({ length: MAX_ZIP_ENTRIES }, (_, index) => ({
      name: `${index}.xml`,
      data: none,
      method: 0 as const,
    }));
    await expect(docxToText(zipFile([...small, ...many]))).rejects.toThrow(
      `has 10003 entries, the limit is ${MAX_ZIP_ENTRIES}`,
    );
  });

  it("refuses more XML tags than its tree has memory for", async () => {
    await expect(docxToText(zipFile(docxParts("<w:p/>".repeat(MAX_XML_TAGS))))).rejects.toThrow(DocumentTooLarge);
  });

  it.each(["../../etc/passwd", "/etc/passwd", "C:\\windows\\a.xml"])(
    "refuses an entry named %s and does not repeat it",
    async (name) => {
      const refusal = docxToText(zipFile([...small, { name, data: Buffer.from("x") }]));
      await expect(refusal).rejects.toThrow(BrokenDocument);
      await expect(refusal).rejects.toThrow("leads out of the archive");
      await expect(refusal).rejects.not.toThrow("passwd");
    },
  );

  it("refuses two entries of one name, of which two readers could take another", async () => {
    await expect(docxToText(zipFile([...small, ...docxParts(docxParagraph("other"))]))).rejects.toThrow(BrokenDocument);
  });

  it("refuses a password, of Word's kind and of a zip's", async () => {
    await expect(docxToText(encryptedDocx())).rejects.toThrow(EncryptedDocument);
    const encrypted = small.map(({ name, data }) => ({ name, data, encrypted: true }));
    await expect(docxToText(zipFile(encrypted))).rejects.toThrow(EncryptedDocument);
  });

  it("refuses one that is cut, one with a changed byte, and a zip that is no Word document", async () => {
    const changed = Buffer.from(korean);
    changed.writeUInt8(changed.readUInt8(400) ^ 0xff, 400);
    for (const bytes of [korean.subarray(0, -100), changed, zipFile([{ name: "a.xml", data: Buffer.from("<a/>") }])]) {
      await expect(docxToText(bytes)).rejects.toThrow(BrokenDocument);
    }
  });

  it("refuses XML that is damaged or nests too deep, and does not repeat it", async () => {
    for (const body of ["<w:p>secret", "&secret;", "<w:p>".repeat(20_000)]) {
      const refusal = docxToText(zipFile(docxParts(body)));
      await expect(refusal).rejects.toThrow(BrokenDocument);
      await expect(refusal).rejects.not.toThrow("secret");
    }
  });

  it("does not read files that an entity names", async () => {
    const [types, relations, document] = docxParts(docxParagraph("&file;"));
    const entity = '<!DOCTYPE a [<!ENTITY file SYSTEM "file:///etc/hostname">]><w:document';
    const data = Buffer.from(String(document?.data).replace("<w:document", entity));
    const file = zipFile([types, relations, { name: "word/document.xml", data }].filter((part) => part !== undefined));
    await expect(docxToText(file)).rejects.toThrow(BrokenDocument);
  });

  it("ends with the signal's reason", async () => {
    const reason = new Error("time is up");
    await expect(docxToText(korean, "a.docx", AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
