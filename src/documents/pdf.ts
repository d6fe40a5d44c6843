import type { getDocumentProxy } from "unpdf";
import * as z from "zod";
import type { WriteText } from "./cleaner.ts";
import { BrokenDocument, DocumentError, DocumentTooLarge, EncryptedDocument } from "./errors.ts";
import { MAX_PDF_PAGES, MAX_UNPACKED_BYTES } from "./limits.ts";
import { pdfEnd } from "./pdf-end.ts";
import { createPageText, type PlacedText } from "./pdf-lines.ts";
import { createMapSource } from "./pdf-maps.ts";
import { checkPdfStreams } from "./pdf-streams.ts";

/** The text of a PDF. */
export interface PdfText {
  /** Of all pages that have any, with a blank line between two. */
  readonly text: string;
  readonly pages: number;
  readonly warnings: readonly string[];
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf["getPage"]>>;
type PieceReader = ReadableStreamDefaultReader<Awaited<ReturnType<Page["getTextContent"]>>>;

/** What is read of the annotations of a page. */
const Annotation = z.object({
  subtype: z.string(),
  rect: z.array(z.number()),
  hidden: z.boolean().nullish(),
  fieldType: z.string().nullish(),
  fieldValue: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .catch(null),
  password: z.boolean().nullish(),
  checkBox: z.boolean().nullish(),
  radioButton: z.boolean().nullish(),
  exportValue: z.string().nullish().catch(null),
  buttonValue: z.string().nullish().catch(null),
  textContent: z.array(z.string()).nullish().catch(null),
  contentsObj: z.object({ str: z.string() }).nullish(),
});

type Annotation = z.infer<typeof Annotation>;

/** What a form field says: its value, or of a box or button that is chosen a mark. */
const fieldText = (field: Annotation): string => {
  if (field.password === true) return "";
  const value = field.fieldValue ?? "";
  if (field.fieldType !== "Btn") return typeof value === "string" ? value : value.join(", ");
  const own = field.checkBox === true ? field.exportValue : field.buttonValue;
  return own !== null && own !== undefined && own !== "Off" && own === value ? "☒" : "";
};

const annotationText = (annotation: Annotation): string => {
  if (annotation.hidden === true) return "";
  if (annotation.subtype === "Widget") return fieldText(annotation);
  if (annotation.subtype !== "FreeText") return "";
  return annotation.contentsObj?.str || (annotation.textContent ?? []).join("\n");
};

/** What was typed onto a page, and how many comments it has, which are none of its text. */
const readAnnotations = async (page: Page): Promise<{ typed: PlacedText[]; comments: number }> => {
  const found = z.array(Annotation).parse(await page.getAnnotations());
  const typed = found.map((annotation) => ({ text: annotationText(annotation).trim(), rect: annotation.rect }));
  const isComment = ({ subtype, contentsObj }: Annotation): boolean =>
    !/^(?:Widget|FreeText|Link|Popup)$/u.test(subtype) && (contentsObj?.str ?? "") !== "";
  return { typed: typed.filter(({ text }) => text !== ""), comments: found.filter(isComment).length };
};

const readPage = async (
  page: Page,
  room: number,
  filename: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ text: string; comments: number }> => {
  const content = createPageText();
  let length = 0;
  // Not `for await`: to leave that cancels the stream, and the reader's own end of it is then an unhandled error.
  const stream: PieceReader = page.streamTextContent().getReader();
  for (let next = await stream.read(); next.value !== undefined; next = await stream.read()) {
    signal?.throwIfAborted();
    for (const item of next.value.items) if ("str" in item) length += content.add(item);
    if (length > room) {
      throw new DocumentTooLarge(
        filename,
        `has more than ${MAX_UNPACKED_BYTES} characters of text, the limit; split it.`,
      );
    }
  }
  const { typed, comments } = await readAnnotations(page);
  page.cleanup();
  return { text: content.text(typed), comments };
};

/** By the class of the reader's error; its message may hold pieces of the file. */
const refusal = (error: unknown, filename: string | undefined): Error => {
  if (error instanceof DocumentError) return error;
  const kind = error instanceof Error ? error.name : "error";
  if (kind === "PasswordException") {
    return new EncryptedDocument(filename, "is encrypted and needs a password; remove the password and send it again.");
  }
  return new BrokenDocument(
    filename,
    `is damaged and can't be read (${kind}); open it in a PDF viewer, print it to a new pdf and send that.`,
  );
};

/** What was met on the pages. */
interface Findings {
  readonly pages: number;
  /** The numbers of the pages without text. */
  readonly empty: readonly number[];
  readonly comments: number;
}

const emptyWarning = ({ pages, empty }: Findings): string[] => {
  if (empty.length === 0) return [];
  if (empty.length === pages) return ["It has no text: if its pages are scanned, run a text recognition first."];
  const shown = empty.slice(0, 10).join(", ") + (empty.length > 10 ? " and more" : "");
  return [
    `${empty.length} of ${pages} pages ${empty.length === 1 ? "has" : "have"} no text (${empty.length === 1 ? "page" : "pages"} ${shown}): if they are scanned, run a text recognition first.`,
  ];
};

const warningsOf = (findings: Findings, missing: ReadonlySet<string>): string[] => {
  const { comments } = findings;
  return [
    ...(missing.size === 0
      ? []
      : [`Text that needs the character maps ${[...missing].join(", ")} is missing or wrong: there are no such maps.`]),
    ...emptyWarning(findings),
    ...(comments === 0 ? [] : [`${comments} ${comments === 1 ? "comment was" : "comments were"} left out.`]),
  ];
};

const readPages = async (
  pdf: Pdf,
  write: WriteText,
  filename: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Findings> => {
  if (pdf.numPages > MAX_PDF_PAGES) {
    throw new DocumentTooLarge(filename, `has ${pdf.numPages} pages, the limit is ${MAX_PDF_PAGES}; split it.`);
  }
  const empty: number[] = [];
  let comments = 0;
  let room = MAX_UNPACKED_BYTES;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    signal?.throwIfAborted();
    const page = await readPage(await pdf.getPage(number), room, filename, signal);
    comments += page.comments;
    if (page.text === "") empty.push(number);
    else write((room === MAX_UNPACKED_BYTES ? "" : "\n\n") + page.text);
    room -= page.text.length;
  }
  return { pages: pdf.numPages, empty, comments };
};

/**
 * Writes the text of a PDF, page by page in the order of its content, with the values of its form. One that only
 * restricts printing or copying (an owner password) is read. Scripts in it are never run: this build of PDF.js has no
 * evaluation at all.
 * @throws EncryptedDocument a password is needed
 * @throws BrokenDocument damaged or cut off
 * @throws DocumentTooLarge more than 2,000 pages, or unpacks to more than 50 MB
 */
export async function readPdf(
  bytes: Uint8Array,
  write: WriteText,
  filename?: string,
  signal?: AbortSignal,
): Promise<{ pages: number; warnings: string[] }> {
  const end = pdfEnd(bytes);
  if (end.isCut) {
    throw new BrokenDocument(filename, "is cut off: its end mark %%EOF is missing; send the complete file.");
  }
  await checkPdfStreams(bytes, filename, signal);
  const { getDocumentProxy } = await import("unpdf");
  const { missing, MapSource } = createMapSource();
  let pdf: Pdf | null = null;
  try {
    // The reader takes its input over, hence a copy. Errors only: its warnings quote the file into the log.
    pdf = await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      cMapUrl: "/",
      cMapPacked: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      BinaryDataFactory: MapSource,
    });
    const findings = await readPages(pdf, write, filename, signal);
    return { pages: findings.pages, warnings: [...end.warnings, ...warningsOf(findings, missing)] };
  } catch (error) {
    signal?.throwIfAborted();
    throw refusal(error, filename);
  } finally {
    // Not before the last page is read: a destroyed reader answers no more, and whoever waits for it waits for ever.
    await pdf?.loadingTask.destroy();
  }
}

/** The text of a whole PDF at once. @throws what {@link readPdf} throws */
export async function pdfToText(bytes: Uint8Array, filename?: string, signal?: AbortSignal): Promise<PdfText> {
  const parts: string[] = [];
  const { pages, warnings } = await readPdf(bytes, (piece) => parts.push(piece), filename, signal);
  return { text: parts.join(""), pages, warnings };
}
