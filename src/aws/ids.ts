import { createHash, randomBytes } from "node:crypto";

/** The namespace of ids that derive from others (RFC 9562, version 5); any fixed UUID serves. */
const NAMESPACE = Buffer.from("5ce1e21ac0de4bad8f00d5ce1e21ac00", "hex");

/** The id that `parts` always give: a repeated send meets the record of the first. */
export function derivedId(...parts: readonly string[]): string {
  const hash = createHash("sha1").update(NAMESPACE).update(parts.join("\n")).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A fence: what one claim is told from every other by. Short, since it is written with every claim. */
export function newFence(): string {
  return randomBytes(9).toString("base64url");
}
