import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { parseJson } from "../values.ts";

/** Mails that the outbox keeps; the oldest go first. */
const CAPACITY = 1000;

const MailSchema = z.object({
  id: z.string(),
  /** RFC 3339. */
  sent_at: z.string(),
  /** The function that sent it; null for anyone else. */
  sender: z.string().nullable(),
  from: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
  bcc: z.array(z.string()),
  subject: z.string(),
  text: z.string().nullable(),
  html: z.string().nullable(),
});

/** A mail that a run sent: recorded, never delivered. */
export type Mail = Readonly<z.infer<typeof MailSchema>>;

export interface Outbox {
  /** Records a mail and returns its id. */
  readonly add: (mail: Omit<Mail, "id" | "sent_at">) => string;
  /** Newest first. */
  readonly list: () => readonly Mail[];
}

/** The outbox of a run, in memory or, given a file, in JSON lines there. */
export function createOutbox(file: string | undefined): Outbox {
  let mails: Mail[] = file === undefined ? [] : load(file);
  let linesInFile = mails.length;

  return {
    add: (mail) => {
      const entry: Mail = { id: randomUUID(), sent_at: new Date().toISOString(), ...mail };
      mails.push(entry);
      if (mails.length > CAPACITY) mails = mails.slice(-CAPACITY);
      if (file !== undefined) {
        linesInFile += 1;
        if (linesInFile > 2 * CAPACITY) {
          rewrite(file, mails);
          linesInFile = mails.length;
        } else {
          appendFileSync(file, `${JSON.stringify(entry)}\n`);
        }
      }
      return entry.id;
    },
    list: () => mails.toReversed(),
  };
}

/** A line that a crash cut short is left out. */
function load(file: string): Mail[] {
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  const mails = lines.map((line) => MailSchema.safeParse(parseJson(line))).flatMap(({ data }) => data ?? []);
  rewrite(file, mails.slice(-CAPACITY));
  return mails.slice(-CAPACITY);
}

function rewrite(file: string, mails: readonly Mail[]): void {
  writeFileSync(`${file}.new`, mails.map((mail) => `${JSON.stringify(mail)}\n`).join(""));
  renameSync(`${file}.new`, file);
}

/** The outbox as a page to look at, without scripts and without anything that a mail's own HTML could do. */
export function outboxPage(mails: readonly Mail[]): string {
  const articles = mails.map(
    (mail) => `<article>
<h2>${escapeHtml(mail.subject) || "(no subject)"}</h2>
<p>${escapeHtml(mail.sent_at)} from ${escapeHtml(mail.from)} to ${escapeHtml([...mail.to, ...mail.cc, ...mail.bcc].join(", "))}</p>
<pre>${escapeHtml(mail.text ?? mail.html ?? "")}</pre>
</article>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Outbox (${mails.length})</title><style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #8888; padding: .5rem 0 } h2 { font-size: 1.1rem; margin: .5rem 0 0 }
p { margin: 0; opacity: .75 } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
</style></head><body><h1>Outbox</h1>
<p>${mails.length === 0 ? "No mail was sent yet." : `${mails.length} sent, newest first. Nothing leaves this machine.`}</p>
${articles.join("\n")}
</body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
