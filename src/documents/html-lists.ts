/** The lists of a page that are open, and the mark of their next item. */
export interface ListMarks {
  readonly open: (isNumbered: boolean) => void;
  readonly close: () => void;
  /** Whether any list is open. */
  readonly isOpen: () => boolean;
  /** An attribute of the list that was opened last: `start`, `type`, `reversed`. */
  readonly attribute: (name: string, value: string) => void;
  /** The mark of the next item, with a space on each side. */
  readonly next: () => string;
  /** The next item has this number. @returns whether the items of this list have numbers. */
  readonly setNext: (number: number) => boolean;
  /** Whether a list is open whose first number is not known before its end. */
  readonly isCounting: () => boolean;
  /** Puts the numbers of such lists into a text that has their marks. */
  readonly numbered: (text: string) => string;
}

interface List {
  readonly id: number;
  readonly isNumbered: boolean;
  next: number;
  style: string;
  isReversed: boolean;
  /** A reversed list without `start` begins with the number of its items. */
  isCounted: boolean;
  items: number;
}

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

const roman = (number: number): string => {
  let rest = number;
  let text = "";
  for (const [value, letters] of ROMAN) {
    text += letters.repeat(Math.floor(rest / value));
    rest %= value;
  }
  return text;
};

const letters = (number: number): string =>
  number === 0 ? "" : letters(Math.floor((number - 1) / 26)) + String.fromCharCode(97 + ((number - 1) % 26));

/** A number as the type of a list writes it (HTML, 4.4.5); Roman ones go to 3,999. */
const written = (number: number, style: string): string => {
  if (number < 1 || number > 3999) return String(number);
  if (style === "a") return letters(number);
  if (style === "A") return letters(number).toUpperCase();
  if (style === "i") return roman(number);
  return style === "I" ? roman(number).toUpperCase() : String(number);
};

/** Creates the marks of a page without any open list. */
export function createListMarks(): ListMarks {
  const lists: List[] = [];
  /** Of each list that was counted the number of its items. */
  const counts = new Map<number, number>();
  let made = 0;
  return {
    open: (isNumbered) => {
      made += 1;
      lists.push({ id: made, isNumbered, next: 1, style: "1", isReversed: false, isCounted: false, items: 0 });
    },
    close: () => {
      const list = lists.pop();
      if (list?.isCounted === true) counts.set(list.id, list.items);
    },
    isOpen: () => lists.length > 0,
    attribute: (name, value) => {
      const list = lists.at(-1);
      if (list?.isNumbered !== true) return;
      const number = Number.parseInt(value, 10);
      if (name === "type") list.style = value;
      else if (name === "reversed") {
        list.isReversed = true;
        list.isCounted = list.next === 1;
      } else if (name === "start" && !Number.isNaN(number)) {
        list.next = number;
        list.isCounted = false;
      }
    },
    next: () => {
      const list = lists.at(-1);
      if (list?.isNumbered !== true) return " * ";
      const { id, items, next, style } = list;
      list.items += 1;
      list.next += list.isReversed ? -1 : 1;
      // Two characters that no text has (Unicode, 23.7) keep the place until the end of the list.
      return list.isCounted ? ` \uFDD0${id}:${items}\uFDD1. ` : ` ${written(next, style)}. `;
    },
    setNext: (number) => {
      const list = lists.at(-1);
      if (list?.isNumbered !== true) return false;
      list.next = number;
      return true;
    },
    isCounting: () => lists.some((list) => list.isCounted),
    numbered: (text) =>
      text.replace(/\uFDD0(\d+):(\d+)\uFDD1/gu, (whole, id: string, item: string) => {
        const count = counts.get(Number(id));
        return count === undefined ? whole : String(count - Number(item));
      }),
  };
}
