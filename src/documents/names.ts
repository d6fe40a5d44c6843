import { MAX_FILENAME_CHARACTERS } from "./limits.ts";

const FALLBACK = "document";

/**
 * Invisible characters: controls, format marks (a right-to-left override makes `exe.txt` read `txt.exe`), line
 * separators, lone surrogates.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What Windows reserves, S3 advises against in keys, or ends a quoted header value. */
const RESERVED = /[<>:"|?*%;#{}^~`[\]\\]/gu;

/** Device names, which Windows opens instead of a file, whatever their extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/iu;

const EXTENSION = /\.[\p{L}\p{N}]{1,10}$/u;

const trimmed = (name: string): string => name.replace(/^[\s.]+/u, "").replace(/[\s.]+$/u, "");

const shortened = (name: string): string => {
  const characters = Array.from(name);
  if (characters.length <= MAX_FILENAME_CHARACTERS) return name;
  const extension = EXTENSION.exec(name)?.[0] ?? "";
  const stem = characters.slice(0, MAX_FILENAME_CHARACTERS - Array.from(extension).length).join("");
  return trimmed(stem) + extension;
};

/**
 * A file name that is harmless in an S3 key, a header, a log and a shell, still readable: the last part of a path, in
 * NFC, without invisible characters and leading dots, reserved characters as `_`, at most 100 characters with the
 * extension kept. Hangul and other letters stay. Applying it again changes nothing. Never empty: `document` then.
 */
export function safeFilename(name: string): string {
  const visible = name.replace(INVISIBLE, "").normalize("NFC");
  const base = visible.split(/[/\\]/u).findLast((part) => trimmed(part) !== "") ?? "";
  const clean = trimmed(base.replace(RESERVED, "_").replace(/\s+/gu, " ")).replace(DEVICE, "_$&");
  return shortened(clean) || FALLBACK;
}
