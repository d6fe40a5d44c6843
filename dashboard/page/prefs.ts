import { createSignal } from "./signal.ts";

/** What the user has chosen and the browser keeps; null follows the system. */
export interface Prefs {
  readonly theme: "light" | "dark" | null;
  readonly language: "en" | "ko" | null;
}

const KEY = "celeriac.prefs";
const changed = createSignal();
let prefs: Prefs = readPrefs();

function readPrefs(): Prefs {
  try {
    const { theme, language } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return {
      theme: theme === "light" || theme === "dark" ? theme : null,
      language: language === "en" || language === "ko" ? language : null,
    };
  } catch {
    // Storage that is closed to this page, or text of somebody else's.
    return { theme: null, language: null };
  }
}

/** Changes what the user has chosen. */
export function setPrefs(change: Partial<Prefs>): void {
  prefs = { ...prefs, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Then it holds until the page is left.
  }
  applyPrefs();
  changed.notify();
}

const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** The theme that shows. */
export function themeOf(): "light" | "dark" {
  return prefs.theme ?? (systemDark.matches ? "dark" : "light");
}

/** The language that shows. */
export function languageOf(): "en" | "ko" {
  return prefs.language ?? (navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en");
}

/** Tells the document what is chosen. */
export function applyPrefs(): void {
  document.documentElement.dataset["theme"] = themeOf();
  document.documentElement.lang = languageOf();
}

systemDark.addEventListener("change", () => setPrefs({}));

/** The theme and language that show; what uses them is drawn again when they change. */
export function usePrefs(): { theme: "light" | "dark"; language: "en" | "ko" } {
  changed.use();
  return { theme: themeOf(), language: languageOf() };
}
