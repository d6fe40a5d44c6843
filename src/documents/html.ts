import { BrokenDocument, DocumentTooLarge } from "./errors.ts";
import { MAX_HTML_DEPTH, MAX_HTML_TAGS } from "./limits.ts";

const SKIPPED = ["script", "style", "noscript", "template", "svg", "img", "head", "iframe", "object", "canvas"];
const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];

/**
 * Elements without content, and those that the next of their kind closes: they may be left open by the thousand and
 * nest nothing.
 */
const NEST_NOTHING = new Set(
  "area base br col embed hr img input link meta source track wbr p li dt dd option optgroup tr td th thead tbody tfoot".split(
    " ",
  ),
);

/**
 * Whether elements nest deeper than the limit; an end tag closes all that was opened since its start, as in a browser.
 */
const nestsTooDeep = (html: string): boolean => {
  const open: string[] = [];
  const counts = new Map<string, number>();
  for (const [, slash, tag = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/giu)) {
    const name = tag.toLowerCase();
    if (NEST_NOTHING.has(name)) continue;
    if (slash === "") {
      open.push(name);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (open.length > MAX_HTML_DEPTH) return true;
    } else if ((counts.get(name) ?? 0) > 0) {
      let closed = "";
      while (closed !== name) {
        closed = open.pop() ?? name;
        counts.set(closed, (counts.get(closed) ?? 1) - 1);
      }
    }
  }
  return false;
};

const tooDeep = (filename: string | undefined): BrokenDocument =>
  new BrokenDocument(
    filename,
    `nests its HTML elements too deep: got more than ${MAX_HTML_DEPTH} levels, the limit; save it from a browser again.`,
  );

const countTags = (html: string): number => {
  let tags = 0;
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", at + 1)) tags += 1;
  return tags;
};

/**
 * The readable text of an HTML page: no markup, scripts, styles or images, of links only their text, lines not wrapped.
 * @throws BrokenDocument elements nested more than 1,000 deep
 * @throws DocumentTooLarge more than 3,000,000 tags
 */
export async function htmlToText(html: string, filename?: string): Promise<string> {
  const tags = countTags(html);
  if (tags > MAX_HTML_TAGS) {
    throw new DocumentTooLarge(filename, `has ${tags} HTML tags, the limit is ${MAX_HTML_TAGS}; split it.`);
  }
  if (nestsTooDeep(html)) throw tooDeep(filename);
  const { convert } = await import("html-to-text");
  try {
    const text = convert(html, {
      wordwrap: false,
      // The default cuts the input silently at 16 MB; the caller has checked the size.
      limits: { maxInputLength: html.length },
      selectors: [
        ...SKIPPED.map((selector) => ({ selector, format: "skip" })),
        ...HEADINGS.map((selector) => ({ selector, options: { uppercase: false } })),
        { selector: "a", options: { ignoreHref: true } },
        // By default the cells of a row run together.
        { selector: "tr", format: "block", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
        { selector: "td", format: "inlineSurround", options: { suffix: "\t" } },
        { selector: "th", format: "inlineSurround", options: { suffix: "\t" } },
        // The default draws 40 dashes, which would count as text.
        { selector: "hr", format: "skip" },
      ],
    });
    return text.replace(/[\t ]+$/gmu, "");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw tooDeep(filename);
  }
}
