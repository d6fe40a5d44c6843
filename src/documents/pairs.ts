/** Decodes a text piece by piece. */
export interface PieceDecoder {
  /** The text of the next bytes; a character that is cut waits for the rest of it. @param last no more bytes come. */
  readonly decode: (bytes: Uint8Array, last: boolean) => string;
}

/**
 * ASCII, and pairs of bytes. A pair that is no character costs one byte: the second may begin a character or be
 * ASCII.
 */
export function createPairDecoder(
  isLead: (byte: number) => boolean,
  pair: (lead: number, trail: number) => number | null,
): PieceDecoder {
  let waiting: number | null = null;
  return {
    decode: (bytes, last) => {
      const input: Uint8Array = waiting === null ? bytes : Buffer.concat([Buffer.of(waiting), bytes]);
      waiting = null;
      const units = new Uint16Array(input.length);
      let length = 0;
      for (let index = 0; index < input.length; index += 1) {
        const lead = input[index] ?? 0;
        let unit: number | null = lead;
        if (lead >= 0x80) {
          if (index + 1 === input.length && !last && isLead(lead)) {
            waiting = lead;
            break;
          }
          unit = isLead(lead) ? pair(lead, input[index + 1] ?? 0) : null;
          if (unit !== null) index += 1;
        }
        units[length] = unit ?? 0xfffd;
        length += 1;
      }
      return Buffer.from(units.buffer, 0, length * 2).toString("utf16le");
    },
  };
}
