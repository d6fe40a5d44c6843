import * as z from "zod";
import type { AwsRequest, AwsResponse, AwsService } from "../types.ts";
import { messageOf, parseJson } from "../values.ts";
import type { Outbox } from "./outbox.ts";

/** Recipients of one mail, and entries of one bulk request (SES quota). */
const MAX_RECIPIENTS = 50;

const Text = z.object({ Data: z.string() });

const Destination = z.object({
  ToAddresses: z.array(z.string()).default([]),
  CcAddresses: z.array(z.string()).default([]),
  BccAddresses: z.array(z.string()).default([]),
});

const Simple = z.object({ Subject: Text, Body: z.object({ Text: Text.optional(), Html: Text.optional() }) });

const Template = z.object({
  TemplateName: z.string().optional(),
  TemplateContent: z
    .object({ Subject: z.string(), Text: z.string().optional(), Html: z.string().optional() })
    .optional(),
  TemplateData: z.string().default("{}"),
});

const SendSchema = z.object({
  FromEmailAddress: z.string().min(1),
  Destination: Destination.refine(
    ({ ToAddresses, CcAddresses, BccAddresses }) => {
      const count = ToAddresses.length + CcAddresses.length + BccAddresses.length;
      return count > 0 && count <= MAX_RECIPIENTS;
    },
    { error: `a mail has 1 to ${MAX_RECIPIENTS} recipients` },
  ),
  Content: z.object({
    Simple: Simple.optional(),
    Raw: z.object({ Data: z.string() }).optional(),
    Template: Template.optional(),
  }),
});

const BulkSchema = z.object({
  FromEmailAddress: z.string().min(1),
  DefaultContent: z.object({ Template: Template }),
  BulkEmailEntries: z
    .array(
      z.object({
        Destination: Destination,
        ReplacementEmailContent: z
          .object({ ReplacementTemplate: z.object({ ReplacementTemplateData: z.string().default("{}") }).optional() })
          .optional(),
      }),
    )
    .min(1)
    .max(MAX_RECIPIENTS),
});

/**
 * SESv2's SendEmail and SendBulkEmail, which put every mail into the outbox.
 * @param written resolves when the outbox keeps what was put
 */
export function createSes(outbox: Outbox, written: () => Promise<void> = () => Promise.resolve()): AwsService {
  return async (request) => {
    const answered = serve(request, outbox);
    await written();
    return answered;
  };
}

function serve({ method, path, body, caller }: AwsRequest, outbox: Outbox): AwsResponse {
  const send = method === "POST" ? SENDERS.get(path) : undefined;
  if (send !== undefined) return send(parseJson(body.toString()), caller, outbox);
  const message = `The local SES does not serve ${method} ${path}; it sends mail (SendEmail, SendBulkEmail).`;
  return { status: 404, headers: errorHeaders("NotFoundException"), body: JSON.stringify({ message }) };
}

type Sender = (input: unknown, caller: string | null, outbox: Outbox) => AwsResponse;

const SENDERS: ReadonlyMap<string, Sender> = new Map<string, Sender>([
  ["/v2/email/outbound-emails", sendEmail],
  ["/v2/email/outbound-bulk-emails", sendBulkEmail],
]);

function sendEmail(input: unknown, sender: string | null, outbox: Outbox): AwsResponse {
  const mail = SendSchema.safeParse(input);
  if (!mail.success) return refuse(mail.error);
  const { FromEmailAddress: from, Destination, Content } = mail.data;
  return answer({ MessageId: outbox.add({ sender, from, ...recipients(Destination), ...contentOf(Content) }) });
}

function sendBulkEmail(input: unknown, sender: string | null, outbox: Outbox): AwsResponse {
  const bulk = BulkSchema.safeParse(input);
  if (!bulk.success) return refuse(bulk.error);
  const { FromEmailAddress: from, DefaultContent, BulkEmailEntries } = bulk.data;
  const BulkEmailEntryResults = BulkEmailEntries.map(({ Destination, ReplacementEmailContent }) => {
    const data = ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData;
    const content = contentOf({
      Template: { ...DefaultContent.Template, ...(data !== undefined && { TemplateData: data }) },
    });
    return { Status: "SUCCESS", MessageId: outbox.add({ sender, from, ...recipients(Destination), ...content }) };
  });
  return answer({ BulkEmailEntryResults });
}

type Content = z.infer<typeof SendSchema>["Content"];

function contentOf({ Simple, Raw, Template }: Content): { subject: string; text: string | null; html: string | null } {
  if (Simple) {
    return { subject: Simple.Subject.Data, text: Simple.Body.Text?.Data ?? null, html: Simple.Body.Html?.Data ?? null };
  }
  if (Template) {
    const content = Template.TemplateContent;
    const fill = (source: string | undefined): string | null =>
      source === undefined ? null : fillIn(source, Template.TemplateData);
    const subject = fill(content?.Subject) ?? `template ${Template.TemplateName ?? ""} ${Template.TemplateData}`;
    return { subject, text: fill(content?.Text), html: fill(content?.Html) };
  }
  const raw = Buffer.from(Raw?.Data ?? "", "base64").toString();
  return { subject: /^subject:\s*(.*)$/im.exec(raw)?.[1] ?? "", text: raw, html: null };
}

/** `{{name}}` from the template's data; SES's larger template language is not followed. */
function fillIn(source: string, data: string): string {
  const values = z.record(z.string(), z.coerce.string()).safeParse(parseJson(data)).data ?? {};
  return source.replaceAll(/\{\{\s*([\w-]+)\s*\}\}/g, (_match, name: string) => values[name] ?? "");
}

function recipients({ ToAddresses, CcAddresses, BccAddresses }: z.infer<typeof Destination>): {
  to: string[];
  cc: string[];
  bcc: string[];
} {
  return { to: ToAddresses, cc: CcAddresses, bcc: BccAddresses };
}

function answer(body: object): AwsResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function refuse(error: z.ZodError): AwsResponse {
  return {
    status: 400,
    headers: errorHeaders("BadRequestException"),
    body: JSON.stringify({ message: messageOf(error) }),
  };
}

function errorHeaders(type: string): Record<string, string> {
  return { "content-type": "application/json", "x-amzn-errortype": type };
}
