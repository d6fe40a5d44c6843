import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import {
  ContradictedDocument,
  EmptyDocument,
  EncryptedDocument,
  UnsupportedDocument,
} from "../../../src/documents/errors.ts";
import { documentType } from "../../../src/documents/type.ts";
import {
  docxFile,
  docxParagraph,
  docxParts,
  elfFile,
  encodeText,
  encodeUtf16,
  encryptedDocx,
  KOREAN_TEXT,
  pdfFile,
  pngFile,
  zipFile,
} from "../../fixtures/documents.ts";

const text = Buffer.from(KOREAN_TEXT);
const pdf = await pdfFile(["page"]);
const docx = await docxFile(["안녕하세요"]);

describe("documentType", () => {
  it.each([
    ["notes.txt", null, text, "txt"],
    ["NOTES.TXT", "text/plain; charset=utf-8", text, "txt"],
    ["readme.md", "text/markdown", text, "md"],
    ["readme.markdown", "text/plain", text, "md"],
    ["page.htm", "text/html; charset=euc-kr", Buffer.from("<p>hi</p>"), "html"],
    ["table.csv", "application/vnd.ms-excel", Buffer.from("a;b"), "csv"],
    ["table.tsv", "text/tab-separated-values", Buffer.from("a\tb"), "csv"],
    ["report.pdf", "application/pdf", pdf, "pdf"],
    ["회의록.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx, "docx"],
    ["report.docx", "application/zip", docx, "docx"],
    ["report.pdf", "application/octet-stream", pdf, "pdf"],
    ["notes.txt", "application/x-www-form-urlencoded", text, "txt"],
    ["folder/no-extension", "application/pdf", pdf, "pdf"],
  ] as const)("reads %s sent as %s as its type", async (filename, contentType, bytes, expected) => {
    expect(await documentType(filename, contentType, bytes)).toBe(expected);
  });

  it("takes text in EUC-KR and UTF-16 for text", async () => {
    expect(await documentType("a.txt", null, encodeText("안녕하세요", "euc-kr"))).toBe("txt");
    expect(await documentType("a.txt", null, encodeUtf16(KOREAN_TEXT, "le"))).toBe("txt");
    expect(await documentType("a.csv", null, encodeUtf16("이름,나이\n가나다,20\n", "be", false))).toBe("csv");
  });

  it("takes text that begins like the mark of a binary format for text", async () => {
    expect(await documentType("a.txt", null, Buffer.from("BMW and MZ are letters"))).toBe("txt");
    expect(await documentType("a.md", null, Buffer.from("PKs are keys"))).toBe("md");
  });

  it("takes a pdf without its mark by its first object, and a text that speaks of objects for none", async () => {
    const file = Buffer.from("%\u00E2\u00E3\n1 0 obj\n<</Pages 2 0 R /Type /Catalog>>\n", "latin1");
    expect(await documentType("a.pdf", null, file)).toBe("pdf");
    await expect(documentType("a.pdf", null, Buffer.from("See 1 0 obj and /Type /Catalog"))).rejects.toThrow(
      "should be a pdf",
    );
  });

  it("takes a pdf with a few lines before its mark, and a docx that was written as a stream", async () => {
    expect(await documentType("a.pdf", null, Buffer.concat([Buffer.from("From: someone\r\n\r\n"), pdf]))).toBe("pdf");
    const reordered = zipFile(docxParts(docxParagraph("hi")).toReversed());
    expect(await documentType("a.docx", null, reordered)).toBe("docx");
  });

  it.each([
    ["picture.png", "image/png"],
    ["old.doc", "application/msword"],
    ["program.exe", "text/plain"],
    ["no-extension", null],
    ["no-extension", "image/png"],
    [".txt", null],
  ])("refuses %s sent as %s as unsupported", async (filename, contentType) => {
    await expect(documentType(filename, contentType, text)).rejects.toThrow(UnsupportedDocument);
  });

  it.each([
    ["a.docx", "application/pdf", docx],
    ["a.txt", "image/png", text],
    ["a.md", "text/html", text],
    ["a.csv", "application/pdf", text],
  ])("refuses %s sent as %s as contradicted by its content type", async (filename, contentType, bytes) => {
    await expect(documentType(filename, contentType, bytes)).rejects.toThrow(ContradictedDocument);
  });

  it.each([
    ["a PNG", "a.pdf", pngFile(), "image/png"],
    ["text", "a.pdf", text, "text"],
    ["a docx", "a.pdf", docx, "wordprocessingml"],
    ["a pdf", "a.docx", pdf, "application/pdf"],
    ["text", "a.docx", text, "text"],
    ["a plain zip", "a.docx", zipFile([{ name: "a.txt", data: text }]), "application/zip"],
    ["a zip", "a.txt", docx, "wordprocessingml"],
    ["a pdf", "a.txt", pdf, "application/pdf"],
    ["a program", "a.md", elfFile(), "application/x-elf"],
    ["a PNG", "a.html", pngFile(), "image/png"],
    ["zero bytes", "a.csv", Buffer.from("a,b\n\0\0\0,c"), "binary data"],
    ["control characters", "a.txt", Buffer.from(Array.from({ length: 256 }, (_, index) => index % 8)), "binary data"],
  ])("refuses %s named %s and says what its bytes are", async (_, filename, bytes, found) => {
    const refusal = documentType(filename, null, bytes);
    await expect(refusal).rejects.toThrow(ContradictedDocument);
    await expect(refusal).rejects.toThrow(found);
  });

  it("refuses a file without bytes and one with nothing but a byte order mark", async () => {
    await expect(documentType("a.txt", null, Buffer.alloc(0))).rejects.toThrow(EmptyDocument);
    await expect(documentType("a.pdf", null, Buffer.alloc(0))).rejects.toThrow(EmptyDocument);
    await expect(documentType("a.txt", null, Buffer.from([0xef, 0xbb, 0xbf]))).rejects.toThrow(EmptyDocument);
    await expect(documentType("a.txt", null, Buffer.from([0xff, 0xfe]))).rejects.toThrow(EmptyDocument);
  });

  it("refuses a docx with a password as encrypted, and an old .doc named .docx as contradicted", async () => {
    await expect(documentType("a.docx", null, encryptedDocx())).rejects.toThrow(EncryptedDocument);
    const oldWord = Buffer.concat([encryptedDocx().subarray(0, 512), Buffer.alloc(1536)]);
    await expect(documentType("a.docx", null, oldWord)).rejects.toThrow(ContradictedDocument);
  });

  it("names the file without its path and control characters", async () => {
    await expect(documentType("../x\n/bad\u202Etxt.exe", null, text)).rejects.toThrow(
      'Document "badtxt.exe" has the extension .exe',
    );
  });

  it("loads no library until a pdf or docx has to be told", async () => {
    const { metafile } = await build({
      entryPoints: ["src/documents/type.ts"],
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      outdir: "unused",
      write: false,
      metafile: true,
    });
    const entry = Object.values(metafile.outputs).find((output) => output.entryPoint === "src/documents/type.ts");
    const files = (entry?.imports ?? []).filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
    const inputs = [entry, ...files.map((path) => metafile.outputs[path])].flatMap((output) =>
      Object.keys(output?.inputs ?? {}),
    );
    expect(inputs).toContain("src/documents/type.ts");
    expect(inputs.filter((input) => input.includes("node_modules"))).toEqual([]);
  });
});
