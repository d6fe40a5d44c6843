import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** The algorithms that are served, as S3 names them. */
export const ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;

/** An algorithm of S3's "additional checksums". */
export type Algorithm = (typeof ALGORITHMS)[number];

/** `COMPOSITE` is a checksum of the parts' checksums, with `-` and their count behind it. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** An object's checksum, in base64. */
export interface Checksum {
  readonly algorithm: Algorithm;
  readonly value: string;
  readonly type: ChecksumType;
}

/** Takes bytes as they come. */
export interface Hasher {
  readonly update: (bytes: Uint8Array) => void;
  /** Ends it. */
  readonly digest: () => Buffer;
}

/** Bytes of an algorithm's digest. */
export const DIGEST_BYTES: Readonly<Record<Algorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** A fresh hasher of the algorithm. */
export function createHasher(algorithm: Algorithm): Hasher {
  switch (algorithm) {
    case "CRC32":
      return createCrc32();
    case "CRC32C":
      return createCrc32c();
    case "CRC64NVME":
      return createCrc64();
    case "SHA1":
    case "SHA256": {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

/** Tells an algorithm by its name in any case; null for one that is not served. */
export function algorithmOf(name: string): Algorithm | null {
  return ALGORITHMS.find((one) => one === name.toUpperCase()) ?? null;
}

function createCrc32(): Hasher {
  let value = 0;
  return { update: (bytes) => void (value = crc32(bytes, value)), digest: () => words(value) };
}

/** Castagnoli's polynomial, reflected. */
const CRC32C_POLYNOMIAL = 0x82f6_3b78;
let crc32cTable: Int32Array | null = null;

function createCrc32c(): Hasher {
  const table = (crc32cTable ??= makeCrc32cTable());
  let crc = -1;
  const update = (bytes: Uint8Array): void => {
    let value = crc;
    for (let index = 0; index < bytes.length; index++) {
      value = (table[(value ^ (bytes[index] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
    }
    crc = value;
  };
  return { update, digest: () => words(~crc) };
}

function makeCrc32cTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
    return value;
  });
}

/**
 * The polynomial of NVM Express, reflected, in two halves: numbers hold no 64 bits, and bigints are 50 times slower.
 */
const CRC64_HIGH = 0x9a6c_9329;
const CRC64_LOW = 0xac4b_c9b5;
let crc64Tables: { readonly high: Int32Array; readonly low: Int32Array } | null = null;

function createCrc64(): Hasher {
  const tables = (crc64Tables ??= makeCrc64Tables());
  let [high, low] = [-1, -1];
  const update = (bytes: Uint8Array): void => {
    let [h, l] = [high, low];
    for (let index = 0; index < bytes.length; index++) {
      const at = (l ^ (bytes[index] ?? 0)) & 0xff;
      l = ((l >>> 8) | (h << 24)) ^ (tables.low[at] ?? 0);
      h = (h >>> 8) ^ (tables.high[at] ?? 0);
    }
    [high, low] = [h, l];
  };
  return { update, digest: () => words(~high, ~low) };
}

function makeCrc64Tables(): { readonly high: Int32Array; readonly low: Int32Array } {
  const [high, low] = [new Int32Array(256), new Int32Array(256)];
  for (let index = 0; index < 256; index++) {
    let [h, l] = [0, index];
    for (let bit = 0; bit < 8; bit++) {
      const odd = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (odd) [h, l] = [h ^ CRC64_HIGH, l ^ CRC64_LOW];
    }
    [high[index], low[index]] = [h, l];
  }
  return { high, low };
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value | 0, index * 4);
  return bytes;
}
