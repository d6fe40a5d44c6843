import { basename } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { MAX_BODY } from "../../src/core/limits.ts";
import { Output, Submission, Upload } from "../answers.ts";
import { CliError, EXIT } from "../errors.ts";
import { readUserFile } from "../files.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { waitFor } from "../submit.ts";
import { seconds } from "../values.ts";
import { printEnd } from "../wait.ts";

/** `celeriac document FILE`. */
export function documentCommand(open: Open) {
  return new Command("document")
    .summary("get the text out of a document")
    .description(
      "Sends a document (txt, md, html, csv, pdf, docx; up to 50 MB) and prints the id of the task that reads it.",
    )
    .argument("<file>")
    .option("-w, --wait", "wait for the end, and print what was found")
    .option("--text", "wait for the end, and print the text")
    .option("--timeout <time>", "wait for so long at the most (implies --wait)", seconds)
    .addHelpText("after", examples("document report.pdf --wait", "document report.pdf --text > report.txt"))
    .action(async (file, { wait, text, timeout }) => {
      const session = await open();
      const content = await readUserFile(file);
      const { task_id: id } = await send(session, basename(file), content);
      if (wait !== true && text !== true && timeout === undefined) {
        if (session.terminal.json) session.terminal.printJson({ task_id: id });
        else session.terminal.print(id);
        return;
      }
      const record = await waitFor(session, id, timeout);
      if (text === true && record.status === "SUCCESS") await writeText(session, id);
      else process.exitCode = printEnd(session, record);
    });
}

/** A small file goes with the request, a larger one to S3 by a form. */
async function send(session: Session, filename: string, content: Buffer): Promise<{ task_id: string }> {
  const { api } = session;
  if (content.length <= MAX_BODY) {
    return api.call("POST", "/documents", Submission, { query: { filename }, body: new Uint8Array(content) });
  }
  const upload = await api.call("POST", "/documents/uploads", Upload, { body: { filename } });
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", new Blob([new Uint8Array(content)]), filename);
  const response = await fetch(upload.url, { method: "POST", body: form, signal: session.signal });
  if (!response.ok) {
    const reason = /<Message>([^<]*)</.exec(await response.text())?.[1] ?? "It gave no reason.";
    throw new CliError(EXIT.refused, `S3 did not take the file: ${reason} (${response.status})`);
  }
  return api.call("POST", `/documents/uploads/${upload.id}/process`, Submission, { body: {} });
}

async function writeText({ api, signal, terminal }: Session, id: string): Promise<void> {
  const { url } = await api.call("GET", `/documents/${id}/output`, Output);
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (terminal.json) terminal.printJson({ task_id: id, text });
  else terminal.print(text.trimEnd());
}
