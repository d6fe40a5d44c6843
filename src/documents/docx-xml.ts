import { decodePieces } from "./decoders.ts";
import { MAX_XML_DEPTH } from "./limits.ts";
import { unicodeMark } from "./unicode.ts";

/** An element as it starts. */
export interface Start {
  /**
   * Its name with the usual prefix of its namespace, whatever the file calls that: `w:p`, `m:oMath`; without one for
   * other namespaces.
   */
  readonly name: string;
  /** The value of an attribute by its name without prefix. */
  readonly attribute: (local: string) => string | undefined;
}

/** What is told of the XML of a part. */
export interface XmlEvents {
  readonly start: (element: Start) => void;
  readonly end: (name: string) => void;
  readonly text: (text: string) => void;
}

/**
 * Namespaces by their end, of the transitional and of the strict kind (ECMA-376, ISO 29500), and the prefix that each
 * has here.
 */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/\/wordprocessingml(?:\/2006)?\/main$/u, "w:"],
  [/\/officeDocument(?:\/2006)?\/math$/u, "m:"],
  [/\/markup-compatibility\/2006$/u, "mc:"],
  [/\/word\/2010\/wordml$/u, "w14:"],
  [/\/drawingml(?:\/2006)?\/(?:chart|diagram)$/u, "chart:"],
  [/^urn:schemas-microsoft-com:office:office$/u, "o:"],
  [/^urn:schemas-microsoft-com:vml$/u, "v:"],
];

/**
 * Reads the XML of a part piece by piece, without a tree. Entities of a DOCTYPE are not known, and so an error;
 * nothing is fetched.
 * @yields after each piece
 * @throws Error XML that is not well-formed
 */
export async function openXml(part: Uint8Array, events: XmlEvents): Promise<Generator<void>> {
  // The default export: bundled CommonJS has no named ones.
  const { default: saxes } = await import("saxes");
  const prefixes = new Map<string, string>();
  const prefixOf = (uri: string): string => {
    const known = prefixes.get(uri);
    if (known !== undefined) return known;
    const prefix = PREFIXES.find(([pattern]) => pattern.test(uri))?.[1] ?? "";
    prefixes.set(uri, prefix);
    return prefix;
  };
  const parser = new saxes.SaxesParser({ xmlns: true });
  let depth = 0;
  parser.on("opentag", ({ uri, local, attributes }) => {
    depth += 1;
    if (depth > MAX_XML_DEPTH) throw new RangeError(`The XML nests deeper than ${MAX_XML_DEPTH} elements.`);
    events.start({
      name: prefixOf(uri) + local,
      attribute: (wanted) => Object.values(attributes).find((attribute) => attribute.local === wanted)?.value,
    });
  });
  parser.on("closetag", ({ uri, local }) => {
    depth -= 1;
    events.end(prefixOf(uri) + local);
  });
  parser.on("text", events.text);
  parser.on("cdata", events.text);
  return (function* read() {
    for (const piece of decodePieces(unicodeMark(part)?.encoding ?? "utf-8", part)) {
      parser.write(piece);
      yield;
    }
    parser.close();
  })();
}
