import { languageOf } from "../prefs.ts";
import { en } from "./en.ts";
import { ko } from "./ko.ts";

/** The name of a text. */
export type TextKey = keyof typeof en;

/** A text in the language that shows, with `{name}` replaced by values. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text = (languageOf() === "ko" ? ko : en)[key];
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
