import { randomUUID } from "node:crypto";
import * as z from "zod";
import { readable } from "../storage/readable.ts";
import type { Storage } from "../storage/storage.ts";

/** Mails that the outbox keeps; the oldest go first. */
const CAPACITY = 1000;

/** Memory that they may take, in bytes; a single mail may take more. */
const MAX_BYTES = 64 * 1024 * 1024;

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

/** The outbox of a storage, in its collection `ses/mails`: the last 1,000 mails, and of them what 64 MiB hold. */
export function createOutbox(storage: Storage): Outbox {
  const collection = storage.collection("ses/mails");
  const mails = new Map(
    readable("ses/mails", collection, (value, key) => keptOf(key, MailSchema.parse(JSON.parse(String(value))))),
  );
  const stored = [...mails.values()];
  let bytes = stored.reduce((sum, kept) => sum + kept.bytes, 0);
  let count = Number(stored.at(-1)?.key ?? 0);

  function trim(): void {
    for (const { key, bytes: size } of mails.values()) {
      if (mails.size <= CAPACITY && (bytes <= MAX_BYTES || mails.size === 1)) return;
      mails.delete(key);
      bytes -= size;
      collection.remove(key);
    }
  }

  return {
    add: (mail) => {
      const entry: Mail = { id: randomUUID(), sent_at: new Date().toISOString(), ...mail };
      count += 1;
      const kept = keptOf(String(count).padStart(10, "0"), entry);
      mails.set(kept.key, kept);
      bytes += kept.bytes;
      if (storage.durable !== false) collection.put(kept.key, JSON.stringify(entry));
      trim();
      return entry.id;
    },
    list: () => [...mails.values()].map(({ mail }) => mail).toReversed(),
  };
}

/** A mail in the outbox. Keys ascend. */
interface Kept {
  readonly key: string;
  readonly mail: Mail;
  readonly bytes: number;
}

function keptOf(key: string, mail: Mail): Kept {
  const bytes = mail.subject.length + (mail.text?.length ?? 0) + (mail.html?.length ?? 0) + 500;
  return { key, mail, bytes };
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
