/** What of a Word document is no text here. */
export type Loss =
  | "documents"
  | "links"
  | "charts"
  | "objects"
  | "symbols"
  | "readings"
  | "comments"
  | "margins"
  | "notes";

/** Of each loss how one and how many of it are called. */
const NAMES: Readonly<Record<Loss, readonly [one: string, many: string]>> = {
  documents: ["embedded document (altChunk)", "embedded documents (altChunk)"],
  links: ["linked document (subDoc)", "linked documents (subDoc)"],
  charts: ["chart or diagram", "charts or diagrams"],
  objects: ["embedded object", "embedded objects"],
  symbols: ["symbol of a font without known characters", "symbols of fonts without known characters"],
  readings: ["reading aid (ruby) above its word", "reading aids (ruby) above their words"],
  comments: ["comment", "comments"],
  margins: ["word in headers and footers", "words in headers and footers"],
  notes: ["note whose text is missing", "notes whose text is missing"],
};

/** Counts what is left out, so that nothing is lost in silence. */
export interface Losses {
  readonly add: (loss: Loss, count?: number) => void;
  /** A sentence for each kind of loss. */
  readonly warnings: () => string[];
}

/** Creates an empty count. */
export function createLosses(): Losses {
  const counts = new Map<Loss, number>();
  return {
    add: (loss, count = 1) => void counts.set(loss, (counts.get(loss) ?? 0) + count),
    warnings: () =>
      [...counts].flatMap(([loss, count]) =>
        count === 0 ? [] : [`${count} ${NAMES[loss][count === 1 ? 0 : 1]} ${count === 1 ? "was" : "were"} left out.`],
      ),
  };
}
