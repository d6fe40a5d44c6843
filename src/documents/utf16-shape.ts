import { strayControlShare } from "./unicode.ts";

/** Up to so many bytes UTF-16 without a mark may have nothing that other texts lack; longer ones do. */
const FEW_BYTES = 64;

/** Whether a text is of letters of East Asia, with ASCII among them at the most. */
export const isEastAsian = (text: string): boolean =>
  /^[\p{Script=Hangul}\p{Script=Han}\u3000-\u30FF\u3130-\u318E\u3200-\u32FF\u2460-\u247F\uFF00-\uFF9F\p{ASCII}]+$/u.test(
    text,
  ) &&
  strayControlShare(text) === 0 &&
  /\P{ASCII}/u.test(text);

/** Whether there are as many bytes as a few words in UTF-16 without a mark have. */
export const areFew = (bytes: Uint8Array): boolean =>
  bytes.length <= FEW_BYTES && bytes.length >= 4 && bytes.length % 2 === 0;

/**
 * Whether bytes may be a few words in UTF-16 without a mark: in one order they are letters of East Asia. It takes no
 * tables of letters, which are a fortieth of the API's code; `utf16Words` has the last word.
 */
export const mayBeUtf16Words = (bytes: Uint8Array): boolean =>
  areFew(bytes) && ["utf-16le", "utf-16be"].some((encoding) => isEastAsian(new TextDecoder(encoding).decode(bytes)));
