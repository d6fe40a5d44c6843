import { ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, inject, it } from "vitest";
import * as z from "zod";
import { GroupAnswer, SubmissionAnswer, UploadAnswer } from "../../src/core/http/answer-schemas.ts";
import * as make from "../fixtures/documents.ts";
import { type Answer, call, ended, refused, run, submit } from "./support/api.ts";
import { needs, skip } from "./support/needs.ts";
import { awsUrl } from "./support/served.ts";

const upload = (filename: string, bytes: Uint8Array, contentType = "application/octet-stream"): Promise<Answer> =>
  call("POST", `/documents?filename=${encodeURIComponent(filename)}`, bytes, { "content-type": contentType });

const Report = z.object({
  type: z.string(),
  output: z.string(),
  words: z.number(),
  characters: z.number(),
  encoding: z.string().nullable(),
  pages: z.number().nullable(),
});

async function processed(
  filename: string,
  bytes: Uint8Array,
): Promise<{ report: z.infer<typeof Report>; text: string }> {
  const { task_id: id } = SubmissionAnswer.parse((await upload(filename, bytes)).json);
  const record = await ended(id);
  expect(record).toMatchObject({ status: "SUCCESS", task: "documents.process", queue: "documents" });
  const output = await call("GET", `/documents/${id}/output`);
  expect(output.status).toBe(302);
  const file = await fetch(output.headers.get("location") ?? "");
  const report = Report.parse(record.result);
  expect(report.output).toBe(`output_${id.slice(0, 8)}.txt`);
  return { report, text: await file.text() };
}

const s3 = new S3Client({
  endpoint: awsUrl,
  forcePathStyle: true,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** What the bucket holds of a task's input and output. */
async function keysOf(id: string): Promise<string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const Bucket = Buckets.find((bucket) => bucket.Name?.startsWith("celeriac-"))?.Name;
  const pages = await Promise.all(
    ["documents", "outputs"].map((folder) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${folder}/${id}` }))),
  );
  return pages.flatMap((page) => (page.Contents ?? []).map((object) => object.Key ?? ""));
}

describe("a document over HTTP", () => {
  it("gives its text, whatever it is", async () => {
    const samples: [string, Uint8Array, string][] = [
      ["utf8.txt", Buffer.from(make.KOREAN_TEXT), "안녕하세요"],
      ["euc-kr.txt", make.encodeText(make.KOREAN_TEXT, "euc-kr"), "안녕하세요"],
      ["utf16.txt", make.encodeUtf16(make.KOREAN_TEXT, "le"), "안녕하세요"],
      ["notes.md", Buffer.from("# 회의록"), "회의록"],
      ["page.html", Buffer.from("<p>안녕 <b>세계</b><script>alert(1)</script>"), "안녕 세계"],
      ["table.csv", Buffer.from("name;note\n홍길동;hello\n"), "홍길동"],
      ["plain.pdf", await make.pdfFile(["The first page.", "The second page."]), "The second page."],
      ["old.pdf", make.oldKoreanPdf(make.encodeText("안녕하세요", "euc-kr")), "안녕하세요"],
      ["회의록.docx", await make.docxFile(["안녕하세요."]), "안녕하세요."],
    ];
    for (const [filename, bytes, says] of samples) {
      const { report, text } = await processed(filename, bytes);
      expect(report.type, filename).toBe(filename.split(".")[1]);
      expect(text, filename).toContain(says);
    }
  });

  it("works with the content type that curl sends by itself", async () => {
    const answer = await upload("notes.txt", Buffer.from("hello world"), "application/x-www-form-urlencoded");
    expect(answer.status).toBe(202);
    const { task_id: id } = SubmissionAnswer.parse(answer.json);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { type: "txt", words: 2 } });
  });

  it("is stored under a safe name, whatever it was called", async () => {
    const { report } = await processed("../../e\tvil/..\\보고서 \u202Etxt.txt", Buffer.from("hello world"));
    expect(report).toMatchObject({ type: "txt", words: 2 });
  });

  it("is refused where it cannot be read, each with a reason of its own", async () => {
    const pdf = await make.pdfFile(["text"]);
    const refusals: [string, Uint8Array, number][] = [
      ["empty.txt", new Uint8Array(), 400],
      ["image.gif", Buffer.from("GIF89a"), 415],
      ["no-extension", Buffer.from("text"), 415],
      ["really-a.pdf", make.pngFile(), 415],
      ["really-a.txt", pdf, 415],
    ];
    const locked = await upload("locked.docx", make.encryptedDocx());
    expect(locked).toMatchObject({ status: 400, json: { detail: expect.stringContaining("password") } });
    const details = new Set<string>();
    for (const [filename, bytes, status] of refusals) {
      const problem = await refused(status, "POST", `/documents?filename=${filename}`, bytes, {
        "content-type": "application/octet-stream",
      });
      details.add(problem.detail);
    }
    expect(details.size).toBe(refusals.length);
    await refused(413, "POST", "/documents?filename=large.txt", Buffer.alloc(4 * 1024 * 1024 + 1, "x"));
    await refused(400, "POST", "/documents", Buffer.from("no name"));
  });

  it("comes as the bytes that it is where no content type says what it is", async (context) => {
    needs(context, "untyped-bodies");
    const { json } = await call("POST", "/documents?filename=plain.pdf", await make.pdfFile(["The only page."]));
    const { task_id: id } = SubmissionAnswer.parse(json);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { type: "pdf", pages: 1 } });
  });

  it("fails with a reason where only reading it shows what is wrong, and leaves no output", async () => {
    const pdf = await make.pdfFile(["text"]);
    const samples: [string, Uint8Array, string][] = [
      ["encrypted.pdf", await make.pdfFile(["secret"], { user: "user", owner: "owner" }), "EncryptedDocument"],
      ["cut.pdf", pdf.subarray(0, pdf.length / 2), "BrokenDocument"],
      ["bomb.pdf", make.pdfBomb(60 * 1024 * 1024), "DocumentTooLarge"],
      ["bomb.docx", make.docxBomb(), "DocumentTooLarge"],
      ["lying-bomb.docx", make.lyingDocxBomb(), "BrokenDocument"],
    ];
    for (const [filename, bytes, error] of samples) {
      const answer = await upload(filename, bytes);
      expect(answer.status, filename).toBe(202);
      const { task_id: id } = SubmissionAnswer.parse(answer.json);
      expect(await ended(id), filename).toMatchObject({ status: "FAILURE", error: { type: error } });
      await refused(404, "GET", `/documents/${id}/output`);
      expect(await keysOf(id), filename).toEqual([]);
    }
  });
});

describe("an upload", () => {
  const form = async (filename: string): Promise<z.infer<typeof UploadAnswer>> =>
    UploadAnswer.parse((await call("POST", "/documents/uploads", { filename })).json);
  const send = async (to: z.infer<typeof UploadAnswer>, bytes: Uint8Array): Promise<number> => {
    const body = new FormData();
    for (const [name, value] of Object.entries(to.fields)) body.append(name, value);
    body.append("file", new Blob([new Uint8Array(bytes)]));
    return (await fetch(to.url, { method: "POST", body })).status;
  };

  it("takes what is too large for the API", async () => {
    const to = await form("long.txt");
    const text = "가나다 ".repeat(1_000_000);
    await refused(409, "POST", `/documents/uploads/${to.id}/process`, {});
    expect(await send(to, Buffer.from(text))).toBeLessThan(300);
    const { task_id: id } = await submit(`/documents/uploads/${to.id}/process`, {});
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { words: 1_000_000, type: "txt" } });
  });

  it("is out of quarantine once it was checked: what is uploaded over it afterwards is not processed", async () => {
    const to = await form("notes.txt");
    expect(await send(to, Buffer.from("one two three"))).toBeLessThan(300);
    const first = await submit(`/documents/uploads/${to.id}/process`, {});
    expect(await send(to, Buffer.from("four"))).toBeLessThan(300);
    const again = await submit(`/documents/uploads/${to.id}/process`, {});
    for (const { task_id: id } of [first, again])
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { words: 3 } });
  });

  it("is gone where it is not what its name says", async () => {
    const to = await form("report.pdf");
    expect(await send(to, Buffer.from("no pdf"))).toBeLessThan(300);
    const refusal = await call("POST", `/documents/uploads/${to.id}/process`, {});
    expect([400, 415]).toContain(refusal.status);
    await refused(409, "POST", `/documents/uploads/${to.id}/process`, {});
  });

  it("refuses more than 50 MB, and a type that cannot be read", async () => {
    const to = await form("huge.txt");
    expect(await send(to, Buffer.alloc(50 * 1024 * 1024 + 1, "x"))).toBeGreaterThanOrEqual(400);
    await refused(415, "POST", "/documents/uploads", { filename: "movie.mp4" });
  });

  it("gives for a batch the reports of its documents, each by a task of its own", async () => {
    const documents = [];
    for (const [n, text] of ["one two", "가나다", "a,b\n1,2\n"].entries()) {
      const to = await form(`part${n}.txt`);
      expect(await send(to, Buffer.from(text))).toBeLessThan(300);
      documents.push({ key: to.fields["key"], filename: `part${n}.txt` });
    }
    const record = await run("documents.process_batch", [documents]);
    expect(record).toMatchObject({
      status: "SUCCESS",
      result: [{ filename: "part0.txt", words: 2 }, { filename: "part1.txt", words: 1 }, { filename: "part2.txt" }],
    });
    const group = GroupAnswer.parse((await call("GET", `/result/${record.children[0]}`)).json);
    expect(group).toMatchObject({ total: 3, completed: 3, root_id: record.task_id, parent_id: record.task_id });
  });

  it("makes a batch of more than 50 MB fail with a clear error", async () => {
    const documents = [];
    for (let n = 0; n < 3; n += 1) {
      const to = await form(`part${n}.txt`);
      expect(await send(to, Buffer.alloc(18 * 1024 * 1024, "x "))).toBeLessThan(300);
      documents.push({ key: to.fields["key"], filename: `part${n}.txt` });
    }
    const record = await run("documents.process_batch", [documents]);
    expect(record).toMatchObject({
      status: "FAILURE",
      error: { type: "RangeError", message: expect.stringContaining("52428800") },
    });
  });
});

describe("the tasks that use a service", () => {
  it("send e-mails into the local outbox", async (context) => {
    if (inject("assembly") === "") skip(context, "the outbox is the embedded AWS's");
    const to = `${crypto.randomUUID()}@example.com`;
    expect(await run("email.send_batch", [[{ to, subject: "안녕", text: "hello" }]])).toMatchObject({
      status: "SUCCESS",
      result: { sent: 1 },
    });
    const outbox = await (await fetch(`${awsUrl}/_outbox?format=json`)).text();
    expect(outbox).toContain(to);
  });

  it("refuse a line break in the subject of an e-mail, which could start a header", async () => {
    for (const subject of ["Hi\r\nBcc: a@example.com", "Hi\nthere", "Hi\r"]) {
      const emails = [{ to: "a@example.com", subject, text: "hello" }];
      const problem = await refused(400, "POST", "/tasks", { task: "email.send_batch", args: [emails] });
      expect(problem.errors).toEqual([
        { path: "/args/0/0/subject", message: "A subject is one line: take the line breaks out" },
      ]);
    }
  });

  /** The lines of a task's output. */
  const linesOf = async (id: string): Promise<unknown[]> => {
    const output = await call("GET", `/documents/${id}/output`);
    const text = await (await fetch(output.headers.get("location") ?? "")).text();
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };

  it("extract, transform and load a csv, and say what they dropped and why", async () => {
    const csv = "Name, Qty\n 사과 ,3\n사과,3\n,\n배,4.5\n";
    const raw = await run("etl.extract", [csv]);
    expect(raw.result).toMatchObject({ columns: ["Name", "Qty"], types: ["text", "number"], rows: 4 });
    const clean = await run("etl.transform", [raw.result]);
    const counts = { rows_in: 4, rows: 2, dropped: 2, reasons: { empty: 1, duplicate: 1 } };
    expect(clean.result).toMatchObject({ columns: ["name", "qty"], ...counts });
    const loaded = await run("etl.load", [clean.result]);
    expect(loaded).toMatchObject({ status: "SUCCESS", result: { columns: ["name", "qty"], ...counts } });
    expect(await linesOf(loaded.task_id)).toEqual([
      { name: "사과", qty: 3 },
      { name: "배", qty: 4.5 },
    ]);
  });

  it("lose nothing of a table: digits that are no numbers, equal headers, cells beyond the header", async () => {
    const csv = "Phone;Zip;Price;Zip;\n01012345678;06236;1.10;x;\n01012345678;06236;1.1;x;;extra\n";
    const raw = await run("etl.extract", [csv]);
    expect(raw.result).toMatchObject({
      source: null,
      columns: ["Phone", "Zip", "Price", "Zip_2", "column_5", "column_6"],
      warnings: [expect.stringContaining("row 3"), expect.stringContaining("up to 6 cells, the header 5")],
    });
    const clean = await run("etl.transform", [raw.result]);
    const loaded = await run("etl.load", [clean.result]);
    const row = { phone: "01012345678", zip: "06236", zip_2: "x", column_5: null };
    expect(await linesOf(loaded.task_id)).toEqual([
      { ...row, price: "1.10", column_6: null },
      { ...row, price: "1.1", column_6: "extra" },
    ]);
  });

  it("read a csv in the encoding and with the delimiter that it has, and name its file", async () => {
    const to = UploadAnswer.parse((await call("POST", "/documents/uploads", { filename: "매출.csv" })).json);
    const body = new FormData();
    for (const [name, value] of Object.entries(to.fields)) body.append(name, value);
    body.append("file", new Blob([new Uint8Array(make.encodeText("이름;나이\n홍길동;20\n", "euc-kr"))]));
    expect((await fetch(to.url, { method: "POST", body })).status).toBeLessThan(300);
    const raw = await run("etl.extract", [{ key: to.fields["key"], filename: "매출.csv" }]);
    expect(raw.result).toMatchObject({ source: "매출.csv", columns: ["이름", "나이"], rows: 1, warnings: [] });
  });

  it("the tasks that use a service measure themselves", async () => {
    expect(await run("monitor.monitored", [{ a: 1 }])).toMatchObject({ status: "SUCCESS", result: { bytes: 7 } });
  });
});
