/** What stands for what was cut off, 3 bytes. */
const MARK = "…";

/** A text of so many characters at the most, with a mark where it was cut. */
export function cut(text: string, characters: number): string {
  return text.length <= characters ? text : text.slice(0, characters - 1) + MARK;
}

/** A text of so many bytes of UTF-8 at the most, with a mark where it was cut. */
export function cutToBytes(text: string, bytes: number): string {
  // No character has more bytes.
  if (text.length * 3 <= bytes) return text;
  const encoder = new TextEncoder();
  if (encoder.encodeInto(text, new Uint8Array(bytes)).read === text.length) return text;
  return text.slice(0, encoder.encodeInto(text, new Uint8Array(bytes - 3)).read) + MARK;
}
