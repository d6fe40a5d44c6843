const NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/u;
// oxlint-disable-next-line no-control-regex -- control characters are what must not get into a header
const CONTROLS = /[\0-\x08\x0A-\x1F\x7F]/gu;
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\0-\x7F]*$/u;

/** Whether HTTP has room for a header of this name. */
export function isHeaderName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a text can be a header's value: anything but control characters other than the tab. */
export function isHeaderValue(text: string): boolean {
  return text.search(CONTROLS) === -1;
}

/**
 * The value as Node writes it: it sends Latin-1, so UTF-8 has to be handed over byte by byte. Controls are left out.
 */
export function asHeaderText(text: string): string {
  const printable = text.replaceAll(CONTROLS, "");
  return ASCII.test(printable) ? printable : Buffer.from(printable, "utf8").toString("latin1");
}
