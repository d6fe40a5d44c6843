import { styleText } from "node:util";

/** How text stands out. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

/** Paints text where its stream shows colours. */
export type Paint = (style: Style, text: string) => string;

/** Paints for a terminal, by NO_COLOR, FORCE_COLOR and what it can; leaves text as it is for files and pipes. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
