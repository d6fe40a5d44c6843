/** Turns the elements of an equation (Office Math) into one line of text, such as `(a+b)/2` or `x^2`. */
export interface MathWriter {
  readonly start: (name: string, attribute: (local: string) => string | undefined) => void;
  readonly end: (name: string) => void;
  readonly text: (text: string) => void;
  /** Whether an equation is open. */
  readonly isOpen: () => boolean;
}

interface Frame {
  readonly name: string;
  /** What stands in it so far. */
  text: string;
  /** Its arguments by their names; those that repeat (`e` of a matrix) one after the other. */
  readonly parts: Map<string, string[]>;
  /** The character of an n-ary operator, an accent, a bracket. */
  readonly characters: Map<string, string>;
}

/** Arguments, which their parent puts together. */
const ARGUMENTS = new Set(["m:num", "m:den", "m:e", "m:sub", "m:sup", "m:deg", "m:lim", "m:fName", "m:mr"]);

/** Parentheses around what is more than one operand. */
const grouped = (text: string): string =>
  /^[\p{L}\p{N}\p{M}.]*$/u.test(text) || /^\([^()]*\)$/u.test(text) ? text : `(${text})`;

const compose = ({ name, text, parts, characters }: Frame): string => {
  const part = (key: string): string => (parts.get(`m:${key}`) ?? []).join("");
  const all = (key: string): readonly string[] => parts.get(`m:${key}`) ?? [];
  const scripts = (): string =>
    (part("sub") === "" ? "" : `_${grouped(part("sub"))}`) + (part("sup") === "" ? "" : `^${grouped(part("sup"))}`);
  switch (name) {
    case "m:f":
      return `${grouped(part("num"))}/${grouped(part("den"))}`;
    case "m:sSup":
    case "m:sSub":
    case "m:sSubSup":
      return part("e") + scripts();
    case "m:sPre":
      return scripts() + part("e");
    case "m:rad":
      return `${part("deg")}√${grouped(part("e"))}`;
    case "m:nary":
      return `${characters.get("m:chr") ?? "∫"}${scripts()} ${part("e")}`;
    case "m:d":
      return (
        (characters.get("m:begChr") ?? "(") +
        all("e").join(characters.get("m:sepChr") ?? "|") +
        (characters.get("m:endChr") ?? ")")
      );
    case "m:func":
      return `${part("fName")} ${part("e")}`;
    case "m:limLow":
      return `${part("e")}_${grouped(part("lim"))}`;
    case "m:limUpp":
      return `${part("e")}^${grouped(part("lim"))}`;
    case "m:mr":
      return all("e").join(", ");
    case "m:m":
      return `[${all("mr").join("; ")}]`;
    case "m:eqArr":
      return all("e").join("; ");
    case "m:acc":
      return part("e") + (characters.get("m:chr") ?? "\u0302");
    case "m:bar":
      return part("e") + (characters.get("m:pos") === "top" ? "\u0305" : "\u0332");
    case "m:groupChr":
      return part("e") + (characters.get("m:chr") ?? "\u23DF");
    default:
      return text + [...parts.values()].flat().join("");
  }
};

/** @param write takes the text of an equation at its end */
export function createMathWriter(write: (text: string) => void): MathWriter {
  const frames: Frame[] = [];
  return {
    isOpen: () => frames.length > 0,
    start: (name, attribute) => {
      const isStart = name === "m:oMath" || frames.length > 0;
      if (!isStart) return;
      const value = attribute("val");
      const owner = frames.at(-2);
      // Properties (`m:naryPr`) stand within the element that they describe.
      if (/^m:(?:chr|begChr|endChr|sepChr|pos)$/u.test(name) && owner !== undefined)
        owner.characters.set(name, value ?? "");
      frames.push({ name, text: "", parts: new Map(), characters: new Map() });
    },
    text: (text) => {
      const frame = frames.at(-1);
      if (frame !== undefined) frame.text += text;
    },
    end: (name) => {
      const frame = frames.pop();
      if (frame === undefined) return;
      const text = compose(frame);
      const parent = frames.at(-1);
      if (parent === undefined) write(text);
      else if (ARGUMENTS.has(name)) parent.parts.set(name, [...(parent.parts.get(name) ?? []), text]);
      else parent.text += text;
    },
  };
}
