import { describe, expect, it } from "vitest";
import { BrokenDocument, DocumentTooLarge } from "../../../src/documents/errors.ts";
import { htmlToText } from "../../../src/documents/html.ts";
import { MAX_HTML_DEPTH, MAX_HTML_TAGS } from "../../../src/documents/limits.ts";

const nested = (depth: number): string => `${"<div>".repeat(depth)}x${"</div>".repeat(depth)}`;

describe("htmlToText", () => {
  it("keeps the readable text and drops markup, scripts, styles and pictures", async () => {
    const page = `<!doctype html><html><head><title>no</title><style>p { color: red }</style></head><body>
      <h1>회의록</h1><script>alert("no")</script><noscript>no</noscript><template>no</template>
      <p>첫 문단,<br>두 번째 줄 &amp; 끝</p><img src="a.png" alt="no"><svg><text>no</text></svg><!-- no --></body></html>`;
    expect(await htmlToText(page)).toBe("회의록\n\n첫 문단,\n두 번째 줄 & 끝");
  });

  it("keeps of a link only its text", async () => {
    expect(await htmlToText('<p>See <a href="https://example.com/secret">the page</a>.</p>')).toBe("See the page.");
  });

  it("leaves headings as they are and long lines whole", async () => {
    const line = "word ".repeat(100).trim();
    expect(await htmlToText(`<h1>A Heading</h1><hr><p>${line}</p>`)).toBe(`A Heading\n\n${line}`);
  });

  it("writes a table row as a line, its cells with tabs between them", async () => {
    const table = "<table><tr><th>이름</th><th>나이</th></tr><tr><td>홍길동</td><td>20</td></tr></table>";
    expect(await htmlToText(table)).toBe("이름\t나이\n홍길동\t20");
  });

  it("reads a fragment without a body", async () => {
    expect(await htmlToText("plain <b>text</b>")).toBe("plain text");
  });

  it("reads thousands of paragraphs and items that are never closed", async () => {
    const text = await htmlToText(`${"<p>a".repeat(5000)}<ul>${"<li>b".repeat(5000)}</ul>`);
    expect(text.match(/[ab]/gu)).toHaveLength(10_000);
  });

  it("reads elements down to the deepest level that is allowed, and refuses the next", async () => {
    expect(await htmlToText(nested(MAX_HTML_DEPTH))).toBe("x");
    await expect(htmlToText(nested(MAX_HTML_DEPTH + 1), "deep.html")).rejects.toThrow(BrokenDocument);
    await expect(htmlToText("<b></i>".repeat(MAX_HTML_DEPTH + 1))).rejects.toThrow("nests its HTML elements too deep");
  });

  it("refuses more tags than its tree has memory for", async () => {
    await expect(htmlToText("<p>".repeat(MAX_HTML_TAGS + 1))).rejects.toThrow(DocumentTooLarge);
  });

  it("numbers lists as they say", async () => {
    expect(await htmlToText("<ol start=3><li>a<li>b</ol>")).toBe(" 3. a\n 4. b");
    expect(await htmlToText("<ol><li>a<li value=7>b<li>c</ol>")).toBe(" 1. a\n 7. b\n 8. c");
  });
});
