import { decodeJohabPair } from "./johab.ts";
import { createKoreanDecoder } from "./korean.ts";
import { createPairDecoder, type PieceDecoder } from "./pairs.ts";

/** What Node's decoders lack, or read worse (`euc-kr`). */
const OWN: ReadonlyMap<string, () => PieceDecoder> = new Map([
  ["euc-kr", createKoreanDecoder],
  ["iso-2022-kr", createShiftedKoreanDecoder],
  ["utf-32le", () => createUtf32Decoder(true)],
  ["utf-32be", () => createUtf32Decoder(false)],
  ["ibm437", () => ({ decode: (bytes) => decodeSingleBytes(bytes, CP437) })],
  ["ibm850", () => ({ decode: (bytes) => decodeSingleBytes(bytes, CP850) })],
  ["ibm855", () => ({ decode: (bytes) => decodeSingleBytes(bytes, CP855) })],
  ["johab", () => createPairDecoder((lead) => lead >= 0x84 && lead <= 0xf9, decodeJohabPair)],
]);

/** Other names of these encodings, as declarations and detectors write them. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["cp437", "ibm437"],
  ["437", "ibm437"],
  ["cp850", "ibm850"],
  ["cp855", "ibm855"],
  ["855", "ibm855"],
  ["850", "ibm850"],
  ["csiso2022kr", "iso-2022-kr"],
  ["ms1361", "johab"],
  ["cp1361", "johab"],
  ["utf-32", "utf-32le"],
  ["utf-32-le", "utf-32le"],
  ["utf-32-be", "utf-32be"],
  ["cp949", "euc-kr"],
  ["cp932", "shift_jis"],
  ["shift_jis_2004", "shift_jis"],
  ["euc-jis-2004", "euc-jp"],
  ["big5hkscs", "big5"],
  ["cp874", "windows-874"],
  ["macroman", "macintosh"],
  ["mac-roman", "macintosh"],
  ["maccyrillic", "x-mac-cyrillic"],
  ["mac-cyrillic", "x-mac-cyrillic"],
]);

/** The name under which an encoding is read here, or null where it is not: WHATWG's, and a few that Node lacks. */
export function encodingName(label: string | undefined): string | null {
  if (label === undefined) return null;
  const plain = label.trim().toLowerCase();
  const name = ALIASES.get(plain) ?? plain;
  if (OWN.has(name)) return name;
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/**
 * A decoder of an encoding by its name here. A byte order mark at the start is left out. @throws RangeError for
 * another name.
 */
export function createDecoder(encoding: string): PieceDecoder {
  const own = OWN.get(encoding);
  if (own !== undefined) return own();
  const decoder = new TextDecoder(encoding);
  return { decode: (bytes, last) => decoder.decode(bytes, { stream: !last }) };
}

/**
 * How many bytes are decoded at a time: their text, and what is made of it, is gone before the next generation of the
 * heap.
 */
const PIECE_BYTES = 128 * 1024;

/** The text of `bytes`, piece by piece. */
export function* decodePieces(encoding: string, bytes: Uint8Array): Generator<string> {
  const decoder = createDecoder(encoding);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const text = decoder.decode(bytes.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length);
    if (text !== "") yield text;
  }
}

/** The upper half of code page 437, the one of DOS: its frames and its old accented letters. */
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

/** That of code page 850, which has more letters of the West and fewer frames. */
const CP850 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00AD±‗¾¶§÷¸°¨·¹³²■\u00A0";

/** That of code page 855, the older one of DOS for Cyrillic. */
const CP855 =
  "ђЂѓЃёЁєЄѕЅіІїЇјЈљЉњЊћЋќЌўЎџЏюЮъЪаАбБцЦдДеЕфФгГ«»░▒▓│┤хХиИ╣║╗╝йЙ┐└┴┬├─┼кК╚╔╩╦╠═╬¤лЛмМнНоОп┘┌█▄Пя▀ЯрРсСтТуУжЖвВьЬ№\u00ADыЫзЗшШэЭщЩчЧ§■\u00A0";

function decodeSingleBytes(bytes: Uint8Array, upper: string): string {
  const units = new Uint16Array(bytes.length);
  for (const [index, byte] of bytes.entries()) units[index] = byte < 0x80 ? byte : upper.charCodeAt(byte - 0x80);
  return Buffer.from(units.buffer, 0, units.length * 2).toString("utf16le");
}

/**
 * ISO-2022-KR (RFC 1557): after shift out the bytes are those of EUC-KR without their high bit, until shift in or the
 * line's end.
 */
function createShiftedKoreanDecoder(): PieceDecoder {
  const korean = createKoreanDecoder();
  let shifted = false;
  return {
    decode: (bytes, last) => {
      const plain = Buffer.alloc(bytes.length);
      let length = 0;
      for (const byte of bytes) {
        if (byte === 0x0e || byte === 0x0f) {
          shifted = byte === 0x0e;
          continue;
        }
        if (byte === 0x0a) shifted = false;
        plain[length] = shifted && byte > 0x20 ? byte | 0x80 : byte;
        length += 1;
      }
      return korean.decode(plain.subarray(0, length), last).replaceAll("\u001B$)C", "");
    },
  };
}

function createUtf32Decoder(little: boolean): PieceDecoder {
  let waiting: Uint8Array = new Uint8Array();
  let isStart = true;
  return {
    decode: (bytes, last) => {
      const input = Buffer.concat([waiting, bytes]);
      const whole = input.length - (input.length % 4);
      waiting = input.subarray(whole);
      const parts: string[] = [];
      for (let at = 0; at < whole; at += 4) {
        const code = little ? input.readUInt32LE(at) : input.readUInt32BE(at);
        const isScalar = code < 0x11_0000 && (code < 0xd800 || code > 0xdfff);
        if (!(isStart && code === 0xfeff)) parts.push(isScalar ? String.fromCodePoint(code) : "\uFFFD");
        isStart = false;
      }
      if (last && waiting.length > 0) parts.push("\uFFFD");
      return parts.join("");
    },
  };
}
