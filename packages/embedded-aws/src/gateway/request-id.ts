import { randomBytes } from "node:crypto";

/**
 * Gives request ids in the form of a UUID: the first 20 digits are the run's, the others count. A random one each costs
 * more than to write it.
 */
export function createRequestIds(): () => string {
  const digits = randomBytes(10).toString("hex");
  const prefix = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17)}-`;
  let count = 0;
  return () => {
    count += 1;
    return prefix + count.toString(16).padStart(12, "0");
  };
}
