import { languageOf } from "./prefs.ts";

/** `1,234`, or `12.3k` where it is to be short. */
export function count(value: number, short = false): string {
  const options = short && value >= 10_000 ? { notation: "compact" as const, maximumFractionDigits: 1 } : {};
  return new Intl.NumberFormat(languageOf(), options).format(value);
}

/** `3 ms`, `1.24 s`, `2 m 5 s`, `3 h 20 m`; a dash for none. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const parts: readonly (readonly [number, string])[] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "m"],
    [1, "s"],
  ];
  const first = parts.findIndex(([unit]) => seconds >= unit);
  const [big, small] = parts.slice(first, first + 2);
  if (big === undefined) return `${Math.round(seconds)} s`;
  const rest = small === undefined ? 0 : Math.floor((seconds % big[0]) / small[0]);
  return `${Math.floor(seconds / big[0])} ${big[1]}${rest === 0 || small === undefined ? "" : ` ${rest} ${small[1]}`}`;
}

/** A duration in one unit: `250 ms`, `40 s`, `17.5 m`, `3 h`. For axes and tiles, which have little room. */
export function briefly(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const [unit, name] =
    seconds < 60 ? ([1, "s"] as const) : seconds < 3_600 ? ([60, "m"] as const) : ([3_600, "h"] as const);
  return `${Number((seconds / unit).toFixed(1))} ${name}`;
}

/** `34%`; small shares keep a decimal. */
export function share(value: number): string {
  return new Intl.NumberFormat(languageOf(), {
    style: "percent",
    maximumFractionDigits: value > 0 && value < 0.1 ? 1 : 0,
  }).format(value);
}

/** `1.2 MB`; a dash for none. */
export function bytes(value: number | null): string {
  if (value === null) return "–";
  const units = ["B", "KB", "MB", "GB"];
  const power = value < 1 ? 0 : Math.min(3, Math.floor(Math.log2(value) / 10));
  const amount = value / 1024 ** power;
  return `${amount >= 100 || power === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}

/** US dollars; a small amount keeps its first two digits. */
export function dollars(value: number): string {
  const digits = value === 0 || value >= 0.1 ? 2 : Math.min(10, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(digits)}`;
}

/** The time of day to the second, with the date where that is not today's. */
export function moment(time: string, millis = false): string {
  const date = new Date(time);
  const clock = date.toLocaleTimeString(languageOf(), {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
    ...(millis ? { fractionalSecondDigits: 3 as const } : {}),
  });
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock : `${date.toLocaleDateString(languageOf(), { month: "short", day: "numeric" })} ${clock}`;
}

/** Date and time of day with the zone that they are in: `28 Nov 2026, 14:05:09 GMT+1`. */
export function dated(time: string): string {
  return new Date(time).toLocaleString(languageOf(), {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
    timeZoneName: "short",
  });
}

/** How far ahead a time is: `in 5 min`. */
export function ahead(time: string, now: number): string {
  const seconds = Math.max(0, Math.round((Date.parse(time) - now) / 1000));
  const [amount, unit] =
    seconds < 60
      ? ([seconds, "second"] as const)
      : seconds < 3_600
        ? ([Math.round(seconds / 60), "minute"] as const)
        : seconds < 172_800
          ? ([Math.round(seconds / 3_600), "hour"] as const)
          : ([Math.round(seconds / 86_400), "day"] as const);
  return new Intl.RelativeTimeFormat(languageOf(), { style: "narrow", numeric: "always" }).format(amount, unit);
}

/** `5 s ago`, `3 min ago`. */
export function ago(time: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  const [amount, unit] =
    seconds < 60
      ? ([seconds, "second"] as const)
      : seconds < 3_600
        ? ([Math.floor(seconds / 60), "minute"] as const)
        : seconds < 86_400
          ? ([Math.floor(seconds / 3_600), "hour"] as const)
          : ([Math.floor(seconds / 86_400), "day"] as const);
  return new Intl.RelativeTimeFormat(languageOf(), { style: "narrow", numeric: "always" }).format(-amount, unit);
}
