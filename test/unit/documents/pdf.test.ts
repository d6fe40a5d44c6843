import { describe, expect, it } from "vitest";
import { BrokenDocument, DocumentTooLarge, EncryptedDocument } from "../../../src/documents/errors.ts";
import { MAX_PDF_PAGES } from "../../../src/documents/limits.ts";
import { pdfToText } from "../../../src/documents/pdf.ts";
import {
  drawnPdf,
  encodeText,
  koreanPdf,
  oldKoreanPdf,
  pdfBomb,
  pdfFile,
  pdfStream,
  rawPdf,
} from "../../fixtures/documents.ts";

const plain = await pdfFile(["The first page.", "The second page."]);

describe("pdfToText", () => {
  it("reads the pages in order, with a blank line between them", async () => {
    expect(await pdfToText(plain)).toEqual({ text: "The first page.\n\nThe second page.", pages: 2, warnings: [] });
  });

  it("does not change the bytes", async () => {
    const bytes = Buffer.from(plain);
    await pdfToText(bytes);
    expect(bytes.equals(plain)).toBe(true);
  });

  it("reads Korean by the table that names the glyphs' characters", async () => {
    expect((await pdfToText(koreanPdf("안녕하세요 세계, 한국어"))).text).toBe("안녕하세요 세계, 한국어");
  });

  it("reads Korean whose font needs a character map that PDF defines", async () => {
    expect(await pdfToText(oldKoreanPdf(encodeText("안녕 하세요", "euc-kr")))).toMatchObject({
      text: "안녕 하세요",
      warnings: [],
    });
  });

  it("separates what was drawn from right to left, and puts it in the order of reading", async () => {
    const shown = (x: number, text: string): string => `BT /F1 12 Tf ${x} 700 Td (${text}) Tj ET `;
    expect((await pdfToText(drawnPdf(shown(400, "100.00") + shown(200, "Director") + shown(60, "Alice")))).text).toBe(
      "Alice Director 100.00",
    );
  });

  it("drops text that is drawn twice to look bold, and keeps what is said twice", async () => {
    const bold = [60, 60.3].map((x) => `BT /F1 12 Tf ${x} 700 Td (Total) Tj ET`).join(" ");
    expect((await pdfToText(drawnPdf(bold))).text).toBe("Total");
    const twice = [60, 120].map((x) => `BT /F1 12 Tf ${x} 700 Td (Total) Tj ET`).join(" ");
    expect((await pdfToText(drawnPdf(twice))).text).toBe("Total Total");
  });

  it("reads what was typed into a form and onto a page, where it stands", async () => {
    const annotation = (rest: string): string => `<< /Type /Annot ${rest} >>`;
    const page = drawnPdf("BT /F1 12 Tf 50 700 Td (Name:) Tj ET BT /F1 12 Tf 50 600 Td (End) Tj ET", [
      annotation("/Subtype /Widget /FT /Tx /T (a) /V (Alice) /Rect [100 695 300 715]"),
      annotation("/Subtype /FreeText /Contents (typed on) /Rect [100 400 300 420] /DA (/F1 12 Tf)"),
      annotation("/Subtype /Text /Contents (a remark) /Rect [10 10 20 20]"),
    ]);
    const { text, warnings } = await pdfToText(page);
    expect(text).toBe("Name: Alice\nEnd\ntyped on");
    expect(warnings).toEqual(["1 comment was left out."]);
  });

  it("counts the pages without text where others have some", async () => {
    const { text, warnings } = await pdfToText(await pdfFile(["Cover", "", ""]));
    expect(text).toBe("Cover");
    expect(warnings).toEqual([expect.stringMatching(/^2 of 3 pages have no text \(pages 2, 3\)/u)]);
  });

  it("reads one that lacks its end mark and nothing else, and one that goes on after it, and says so", async () => {
    const bare = Buffer.from(plain.toString("latin1").replace(/%%EOF\s*$/u, ""), "latin1");
    expect(await pdfToText(bare)).toMatchObject({ pages: 2, warnings: [] });
    const longer = Buffer.concat([plain, Buffer.alloc(5_000, "x")]);
    expect(await pdfToText(longer)).toMatchObject({
      pages: 2,
      warnings: [expect.stringContaining("5001 bytes follow")],
    });
  });

  it("says so where no page has text", async () => {
    expect(await pdfToText(await pdfFile([""]))).toMatchObject({
      text: "",
      pages: 1,
      warnings: [expect.stringContaining("scanned")],
    });
  });

  it("refuses one that needs a password as encrypted", async () => {
    const refusal = pdfToText(await pdfFile(["secret"], { user: "user", owner: "owner" }), "a.pdf");
    await expect(refusal).rejects.toThrow(EncryptedDocument);
    await expect(refusal).rejects.toThrow('Document "a.pdf" is encrypted and needs a password');
  });

  it("reads one that only restricts what its readers may do", async () => {
    expect((await pdfToText(await pdfFile(["open"], { owner: "owner" }))).text).toBe("open");
  });

  it.each([0.05, 0.5, 0.9, 0.98])("refuses one of which only a share of %s is there", async (share) => {
    const refusal = pdfToText(plain.subarray(0, Math.floor(plain.length * share)));
    await expect(refusal).rejects.toThrow(BrokenDocument);
    await expect(refusal).rejects.toThrow("cut off");
  });

  it("reads a pdf that ends with its trailer, and lacks only the place of its table", async () => {
    const whole = Buffer.from(await pdfFile(["All is here."])).toString("latin1");
    const end = whole.lastIndexOf("startxref");
    const trailer = /\btrailer\s*<</u.test(whole) ? "" : "trailer\n<< /Root 1 0 R >>\n";
    const file = Buffer.from(`${whole.slice(0, end)}${trailer}startxref\n`, "latin1");
    expect((await pdfToText(file)).text).toBe("All is here.");
  });

  it("refuses one without pages, and one whose objects are rubbish", async () => {
    await expect(pdfToText(Buffer.from("%PDF-1.7\nrubbish\n%%EOF"))).rejects.toThrow(BrokenDocument);
    await expect(pdfToText(rawPdf(["<< /Type /Catalog >>"]))).rejects.toThrow(BrokenDocument);
    await expect(pdfToText(rawPdf(["<< /Type /Catalog /Pages 2 0 R >>", "(secret"]))).rejects.not.toThrow("secret");
  });

  it("reads one that is padded at its end", async () => {
    expect((await pdfToText(Buffer.concat([plain, Buffer.alloc(8192)]))).pages).toBe(2);
  });

  it("refuses a page that unpacks to more than the limit, before it is read", async () => {
    const bomb = pdfBomb(51 * 1024 * 1024);
    expect(bomb.length).toBeLessThan(60_000);
    await expect(pdfToText(bomb)).rejects.toThrow(DocumentTooLarge);
  });

  it("refuses many streams that only together unpack to more than the limit", async () => {
    const part = pdfStream(Buffer.alloc(1024 * 1024));
    const bomb = rawPdf([
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [] /Count 0 >>",
      ...Array.from({ length: 51 }, () => part),
    ]);
    await expect(pdfToText(bomb)).rejects.toThrow(DocumentTooLarge);
  });

  it("does not count pictures, which have no text", async () => {
    const picture = pdfStream(Buffer.alloc(20 * 1024 * 1024), "/Type /XObject /Subtype /Image");
    const objects = [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ];
    expect((await pdfToText(rawPdf([...objects, picture, picture, picture]))).pages).toBe(1);
  });

  it("refuses more pages than the limit", async () => {
    const count = MAX_PDF_PAGES + 1;
    const kids = Array.from({ length: count }, () => "3 0 R").join(" ");
    const book = rawPdf([
      "<< /Type /Catalog /Pages 2 0 R >>",
      `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]);
    await expect(pdfToText(book)).rejects.toThrow(`has ${count} pages, the limit is ${MAX_PDF_PAGES}`);
  });

  it("ends with the signal's reason", async () => {
    const reason = new Error("time is up");
    await expect(pdfToText(plain, "a.pdf", AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = pdfToText(await pdfFile(Array.from({ length: 200 }, () => "page")), "a.pdf", controller.signal);
    setImmediate(() => {
      controller.abort(reason);
    });
    await expect(reading).rejects.toBe(reason);
  });
});
