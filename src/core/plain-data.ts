/** Values that are looked at: what has more may be a few objects that hold each other many times. */
const MAX_VALUES = 1_000_000;
/** Characters of all strings together. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Levels of nesting; a cycle has more. */
const MAX_LEVELS = 100;

/**
 * Whether a value is plain data, which `JSON.stringify` writes without loss: lists and plain objects of strings, finite
 * numbers, booleans, null and undefined. False where it is too much to look at.
 */
export function isPlainData(value: unknown): boolean {
  try {
    return isPlainWithin(value, { values: MAX_VALUES, characters: MAX_CHARACTERS }, 0);
  } catch {
    return false;
  }
}

interface Left {
  values: number;
  characters: number;
}

function isPlainWithin(value: unknown, left: Left, level: number): boolean {
  left.values -= 1;
  if (left.values < 0 || level > MAX_LEVELS) return false;
  switch (typeof value) {
    case "string":
      left.characters -= value.length;
      return left.characters >= 0;
    case "number":
      return Number.isFinite(value);
    case "boolean":
    case "undefined":
      return true;
    case "object":
      return value === null || isPlainHolder(value, left, level + 1);
    default:
      return false;
  }
}

function isPlainHolder(value: object, left: Left, level: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (prototype !== Array.prototype || "toJSON" in value || value.length > left.values) return false;
    return value.every((item) => isPlainWithin(item, left, level));
  }
  if (prototype !== Object.prototype || "toJSON" in value || Symbol.asyncIterator in value) return false;
  return Object.values(value).every((item) => isPlainWithin(item, left, level));
}
