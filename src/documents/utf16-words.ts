import { isUtf8 } from "node:buffer";
import { decodePieces } from "./decoders.ts";
import { countDamage } from "./damage.ts";
import { LIKELIHOODS } from "./likelihood.ts";
import { areFew, isEastAsian } from "./utf16-shape.ts";

/** So much likelier (a natural logarithm) UTF-16 must be than what the bytes say otherwise. */
const LEAD = 3;
/** What a sequence costs that words of ASCII hardly have. */
const ODD = -5;

const EAST_ASIAN = ["euc-kr", "shift_jis", "gb18030", "big5"];

/** Controls, marks and returns beside letters, capitals within a word. */
const ODD_ASCII =
  // oxlint-disable-next-line no-control-regex -- controls are what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]|[@`^{}|~\\\r\t\n](?=[A-Za-z])|(?<=[A-Za-z])[@`^{}|~\\]|(?<=[a-z])[A-Z]|\d(?=[A-Za-z])|\r(?!\n)/gu;

/** How likely the bytes are as what they are but for UTF-16. */
const likelihoodOf = (bytes: Uint8Array): number => {
  const odd = (text: string): number => (text.match(ODD_ASCII)?.length ?? 0) * ODD;
  const likely = (text: string): number =>
    odd(text) + Array.from(text, (one) => (one <= "\u007F" ? -3 : -6)).reduce((sum, one) => sum + one, 0);
  if (isUtf8(bytes)) return likely(Buffer.from(bytes).toString());
  const readings = [...LIKELIHOODS].map(([encoding, of]) => {
    const text = [...decodePieces(encoding, bytes)].join("");
    return countDamage(text) > 0 ? Number.NEGATIVE_INFINITY : of(text) + odd(text);
  });
  return Math.max(...readings);
};

/** Syllables of KS X 1001 in pairs of high bytes, all of which are Hangul in UTF-16 as well: there EUC-KR is usual. */
const isStandardKorean = (bytes: Uint8Array): boolean =>
  bytes.every((byte, index) => byte >= 0xa1 && (index % 2 === 1 || (byte >= 0xb0 && byte <= 0xc8)));

const likelihoodAs = (text: string): number => {
  if (!isEastAsian(text)) return Number.NEGATIVE_INFINITY;
  return Math.max(...EAST_ASIAN.map((encoding) => LIKELIHOODS.get(encoding)?.(text) ?? Number.NEGATIVE_INFINITY));
};

/**
 * UTF-16 without a mark of a few words in Korean, Chinese or Japanese, where their frequent characters speak for it
 * more than anything does for another reading; else null. It is a guess.
 */
export function utf16Words(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  if (!areFew(bytes) || isStandardKorean(bytes)) return null;
  const [little = 0, big = 0] = (["utf-16le", "utf-16be"] as const).map((encoding) =>
    likelihoodAs([...decodePieces(encoding, bytes)].join("")),
  );
  const best = Math.max(little, big);
  // The high byte of kana is the digit 0: `0x0e` and `0,0,0` are none.
  const isDigits = /^[\dA-Fa-fx,.;:\s-]+$/u.test(Buffer.from(bytes).toString("latin1"));
  if (isDigits || best === Number.NEGATIVE_INFINITY || best < likelihoodOf(bytes) + LEAD) return null;
  return little >= big ? "utf-16le" : "utf-16be";
}
