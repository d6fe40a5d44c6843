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
  it("reads paragraphs with a blank line between two, and a table row as a line with tabs", async () => {
    expect(await docxToText(korean)).toEqual({ text: "회의록\n\n안녕하세요.\n\n이름\t나이", warnings: [] });
  });

  const run = (inner: string): string => `<w:r>${inner}</w:r>`;
  const text = (words: string): string => run(`<w:t xml:space="preserve">${words}</w:t>`);
  const M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';
  const MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"';
  const math = (inner: string): string => `<m:oMath ${M}>${inner}</m:oMath>`;
  const symbol = (words: string): string => `<m:r><m:t>${words}</m:t></m:r>`;

  it.each([
    [
      "breaks of every kind",
      run('<w:t>a</w:t><w:br/><w:t>b</w:t><w:br w:type="column"/><w:t>c</w:t><w:cr/><w:t>d</w:t>'),
      "a\nb\nc\nd",
    ],
    ["tabs", run('<w:t>a</w:t><w:tab/><w:t>b</w:t><w:ptab w:alignment="right"/><w:t>c</w:t>'), "a\tb\tc"],
    [
      "wrappers",
      `${text("a ")}<w:dir>${text("b ")}</w:dir><w:bdo>${text("c ")}</w:bdo><w:smartTag>${text("d")}</w:smartTag>`,
      "a b c d",
    ],
    ["simple fields", `${text("page ")}<w:fldSimple w:instr="PAGE">${text("7")}</w:fldSimple>`, "page 7"],
    [
      "insertions, not deletions",
      `<w:ins>${text("new")}</w:ins><w:del>${run("<w:delText>old</w:delText>")}</w:del>`,
      "new",
    ],
    [
      "a fraction and a power",
      math(
        `<m:f><m:num>${symbol("a+b")}</m:num><m:den>${symbol("2")}</m:den></m:f><m:sSup><m:e>${symbol("x")}</m:e><m:sup>${symbol("2")}</m:sup></m:sSup>`,
      ),
      "(a+b)/2x^2",
    ],
    [
      "a line above and a brace below",
      math(
        `<m:bar><m:barPr><m:pos m:val="top"/></m:barPr><m:e>${symbol("x")}</m:e></m:bar><m:groupChr><m:e>${symbol("y")}</m:e></m:groupChr>`,
      ),
      "x\u0305y\u23DF",
    ],
    [
      "a root and a sum",
      math(
        `<m:rad><m:deg/><m:e>${symbol("2")}</m:e></m:rad><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${symbol("i=1")}</m:sub><m:sup>${symbol("n")}</m:sup><m:e>${symbol("i")}</m:e></m:nary>`,
      ),
      "√2∑_(i=1)^n i",
    ],
    [
      "boxes to check",
      run(
        '<w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar>',
      ) + text(" yes"),
      "☒ yes",
    ],
    [
      "a chosen entry",
      run(
        '<w:fldChar><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="blue"/></w:ddList></w:ffData></w:fldChar>',
      ),
      "blue",
    ],
    [
      "a choice once",
      `<mc:AlternateContent ${MC}><mc:Choice Requires="wps">${text("box")}</mc:Choice><mc:Fallback>${text("box")}</mc:Fallback></mc:AlternateContent>`,
      "box",
    ],
    [
      "a fallback without a choice",
      `<mc:AlternateContent ${MC}><mc:Fallback>${text("old")}</mc:Fallback></mc:AlternateContent>`,
      "old",
    ],
    ["tabs that are only defined as none", `<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>${text("a")}`, "a"],
  ])("reads %s", async (_, inner, expected) => {
    expect(await docxToText(zipFile(docxParts(`<w:p>${inner}</w:p>`)))).toEqual({ text: expected, warnings: [] });
  });

  it("puts text boxes after the paragraph that they hang on, and cells of several paragraphs into one", async () => {
    const p = (inner: string): string => `<w:p>${inner}</w:p>`;
    const box = run(`<w:pict><w:txbxContent>${p(text("in the box"))}${p(text("twice"))}</w:txbxContent></w:pict>`);
    const cell = (...words: string[]): string => `<w:tc>${words.map((word) => p(text(word))).join("")}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell("a", "b")}${cell("c")}</w:tr><w:tr>${cell("")}${cell("d")}</w:tr></w:tbl>`;
    const read = await docxToText(zipFile(docxParts(p(text("anchor") + box) + table + p(text("end")))));
    expect(read.text).toBe("anchor\n\nin the box\n\ntwice\n\na b\tc\n\td\n\nend");
  });

  it("names what it leaves out, with how much of it", async () => {
    const body = `<w:p>${text("word")}<w:ruby><w:rt>${text("reading")}</w:rt><w:rubyBase>${text("BASE")}</w:rubyBase></w:ruby>${run('<w:footnoteReference w:id="9"/>')}</w:p><w:altChunk/><w:altChunk/>`;
    const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
    const parts = [
      ...docxParts(body),
      { name: "word/comments.xml", data: Buffer.from(`<w:comments ${W}><w:comment w:id="1"/></w:comments>`) },
      { name: "word/header1.xml", data: Buffer.from(`<w:hdr ${W}><w:p>${text("top secret")}</w:p></w:hdr>`) },
    ];
    expect(await docxToText(zipFile(parts))).toEqual({
      text: "wordBASE[1]",
      warnings: [
        "1 reading aid (ruby) above its word was left out.",
        "2 embedded documents (altChunk) were left out.",
        "1 note whose text is missing was left out.",
        "1 comment was left out.",
        "2 words in headers and footers were left out.",
      ],
    });
  });

  it("reads a zip with something after its end", async () => {
    expect(await docxToText(Buffer.concat([korean, Buffer.from("\r\n\r\n")]))).toEqual(await docxToText(korean));
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

  it("leaves out a row whose deletion is tracked, and names a document that is only linked", async () => {
    const row = (text: string, properties = ""): string =>
      `<w:tr>${properties}<w:tc>${docxParagraph(text)}</w:tc><w:tc>${docxParagraph("b")}</w:tc></w:tr>`;
    const deleted = '<w:trPr><w:del w:id="1" w:author="x"/></w:trPr>';
    const body = `<w:tbl>${row("gone", deleted)}${row("a")}${row("gone", deleted)}</w:tbl>${docxParagraph("after")}`;
    const linked = '<w:p><w:subDoc r:id="rId9" xmlns:r="x"/></w:p>';
    expect(await docxToText(zipFile(docxParts(body + linked)))).toEqual({
      text: "a\tb\n\nafter",
      warnings: ["1 linked document (subDoc) was left out."],
    });
  });

  it("reads the text of word art", async () => {
    const art = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="Sale"/></v:shape>';
    expect((await docxToText(zipFile(docxParts(`<w:p><w:r><w:pict>${art}</w:pict></w:r></w:p>`)))).text).toBe("Sale");
  });

  it("ends with the signal's reason", async () => {
    const reason = new Error("time is up");
    await expect(docxToText(korean, "a.docx", AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
