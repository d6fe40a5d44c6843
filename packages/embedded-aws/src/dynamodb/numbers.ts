import { invalid } from "./errors.ts";

const NUMBER = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/;
const PLAIN = /^(?:0|-?[1-9]\d{0,14})$/;

/** Digits that a double holds exactly; so numbers as short as this are compared as doubles. */
const EXACT = 15;

/** A number as 0.DIGITS times ten to the EXPONENT; zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/**
 * A number as DynamoDB gives it back: plain, without leading or trailing zeros.
 * @throws ServiceError for what is no number, has more than 38 digits, or is outside of 1E-130 to 9.99E+125
 */
export function canonicalNumber(text: string): string {
  if (PLAIN.test(text)) return text;
  const decimal = parse(text);
  if (decimal === undefined) {
    const shown = text === "" ? "" : `: ${text}`;
    throw invalid(`The parameter cannot be converted to a numeric value${shown}`);
  }
  return format(limited(decimal));
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. Both are canonical. */
export function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  if (a.length <= EXACT && b.length <= EXACT) return Number(a) - Number(b);
  return sortableNumber(a) < sortableNumber(b) ? -1 : 1;
}

/** The exact sum of two canonical numbers. @throws ServiceError where it has more than 38 digits, or is out of range */
export function addNumbers(a: string, b: string): string {
  if (PLAIN.test(a) && PLAIN.test(b)) return String(Number(a) + Number(b));
  const scale = Math.max(fraction(a), fraction(b));
  const sum = scaled(a, scale) + scaled(b, scale);
  return canonicalNumber(`${sum}e-${scale}`);
}

/** The exact difference of two canonical numbers. @throws ServiceError as `addNumbers` */
export function subtractNumbers(a: string, b: string): string {
  return addNumbers(a, b === "0" ? b : b.startsWith("-") ? b.slice(1) : `-${b}`);
}

/** A text whose order by UTF-16 units is the order of the numbers. */
export function sortableNumber(canonical: string): string {
  const { negative, digits, exponent } = parse(canonical) ?? { negative: false, digits: "", exponent: 0 };
  if (digits === "") return "1";
  if (!negative) return `2${String(exponent + 500).padStart(3, "0")}${digits}`;
  let mirrored = "";
  for (const digit of digits) mirrored += 9 - Number(digit);
  // The closing mark is above any digit, as -0.1 is above -0.12.
  return `0${String(499 - exponent).padStart(3, "0")}${mirrored}~`;
}

/** Bytes that a canonical number takes: one for each two digits, and one. */
export function numberBytes(canonical: string): number {
  let first = 0;
  let last = -1;
  for (let i = 0; i < canonical.length; i++) {
    const unit = canonical.charCodeAt(i);
    if (unit > 48 && unit <= 57) {
      if (last < 0) first = i;
      last = i;
    }
  }
  if (last < 0) return 1;
  const point = canonical.indexOf(".", first);
  const digits = last - first + 1 - (point > 0 && point < last ? 1 : 0);
  return Math.ceil(digits / 2) + (canonical.startsWith("-") ? 2 : 1);
}

function parse(text: string): Decimal | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", part = "", power = "0"] = match;
  if (whole === "" && part === "") return undefined;
  const all = whole + part;
  let start = 0;
  while (start < all.length && all.charCodeAt(start) === 48) start++;
  let end = all.length;
  while (end > start && all.charCodeAt(end - 1) === 48) end--;
  return { negative: sign === "-", digits: all.slice(start, end), exponent: whole.length - start + Number(power) };
}

function limited(decimal: Decimal): Decimal {
  const { digits, exponent } = decimal;
  if (digits === "") return decimal;
  if (exponent > 126) {
    throw invalid("Number overflow. Attempting to store a number with magnitude larger than supported range");
  }
  if (exponent < -129) {
    throw invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range");
  }
  if (digits.length > 38) throw invalid("Attempting to store more than 38 significant digits in a Number");
  return decimal;
}

function format({ negative, digits, exponent }: Decimal): string {
  if (digits === "") return "0";
  const sign = negative ? "-" : "";
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits.padEnd(exponent, "0");
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

function fraction(canonical: string): number {
  const point = canonical.indexOf(".");
  return point < 0 ? 0 : canonical.length - point - 1;
}

function scaled(canonical: string, scale: number): bigint {
  return BigInt(canonical.replace(".", "") + "0".repeat(scale - fraction(canonical)));
}
