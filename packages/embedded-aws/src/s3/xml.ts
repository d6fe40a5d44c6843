import { malformedXml } from "./errors.ts";

/** What an element may hold: text, a number, elements, or the same element several times; undefined leaves it out. */
export type XmlValue = string | number | boolean | undefined | XmlFields | readonly XmlValue[];

/** Elements by name. */
export interface XmlFields {
  readonly [name: string]: XmlValue;
}

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** A document of S3's. */
export function xmlDocument(root: string, fields: XmlFields): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${elements(fields)}</${root}>`;
}

/** An error's document, which has no namespace. */
export function errorDocument(fields: XmlFields): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements(fields)}</Error>`;
}

function elements(fields: XmlFields): string {
  let text = "";
  for (const name in fields) text += element(name, fields[name]);
  return text;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return "";
  if (typeof value === "object") {
    if (isList(value)) return value.map((one) => element(name, one)).join("");
    return `<${name}>${elements(value)}</${name}>`;
  }
  return `<${name}>${typeof value === "string" ? escapeXml(value) : value}</${name}>`;
}

function isList(value: XmlFields | readonly XmlValue[]): value is readonly XmlValue[] {
  return Array.isArray(value);
}

// S3 writes control characters of keys as references too, although XML 1.0 has none but three of them.
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[&<>"\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g;
const NAMED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  return text.replace(SPECIAL, (char) => NAMED[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}

/** An element that was read. */
export interface XmlNode {
  readonly name: string;
  readonly children: readonly XmlNode[];
  /** Its own text, with references replaced. */
  readonly text: string;
}

interface OpenNode {
  readonly name: string;
  readonly children: XmlNode[];
  text: string;
}

const TOKEN = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.:-]*)(?:\s[^<>]*?)?(\/?)>|([^<]+)/gy;
const MAX_DEPTH = 16;

/**
 * Reads a request's document: elements and text, which is all that S3's have. Namespaces' prefixes are dropped,
 * attributes ignored, document types refused.
 * @throws ServiceError MalformedXML
 */
export function parseXml(source: string): XmlNode {
  const document: OpenNode = { name: "", children: [], text: "" };
  const open: OpenNode[] = [document];
  let read = 0;
  for (const [token, closing, name, empty, text] of source.matchAll(TOKEN)) {
    read += token.length;
    const parent = open.at(-1);
    if (parent === undefined) throw malformedXml();
    if (text !== undefined) parent.text += unescapeXml(text);
    if (name === undefined) continue;
    const local = name.slice(name.indexOf(":") + 1);
    if (closing === "/") {
      if (parent.name !== local || open.length === 1) throw malformedXml();
      open.pop();
      continue;
    }
    const node: OpenNode = { name: local, children: [], text: "" };
    parent.children.push(node);
    if (empty !== "/") open.push(node);
    if (open.length > MAX_DEPTH) throw malformedXml();
  }
  const [root, second] = document.children;
  if (read !== source.length || open.length !== 1 || root === undefined || second !== undefined) throw malformedXml();
  return root;
}

const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#(\d+)|(amp|lt|gt|quot|apos));/g;
const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return CHARACTERS[name] ?? "";
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > 0x10_ffff) throw malformedXml();
    return String.fromCodePoint(code);
  });
}

/** The text of the first child of that name; undefined where there is none. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}
