/**
 * Damage in decoded text: the replacement character, and C1 controls, which decoders give for bytes that they don't
 * know.
 */
const DAMAGE = /[\uFFFD\u0080-\u0084\u0086-\u009F]/gu;

/** The number of places in a decoded text where the bytes were no character of its encoding. */
export function countDamage(text: string): number {
  return text.match(DAMAGE)?.length ?? 0;
}
