const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
] as const;

/** `4 ms`, `1.24 s`, `12.3 s`, `2 m 5 s`, `3 h 20 m`, `2 d 1 h`; a dash for none. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "-";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const at = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[at] ?? UNITS[2];
  const [nextUnit, nextSize] = UNITS[at + 1] ?? (["s", 1] as const);
  const rest = Math.floor((whole % size) / nextSize);
  return `${Math.floor(whole / size)} ${unit}${rest === 0 ? "" : ` ${rest} ${nextUnit}`}`;
}

/** How long ago a time was, in its largest unit: `5s`, `3m`, `2h`, `4d`. */
export function age(time: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? (["s", 1] as const);
  return `${Math.floor(seconds / size)}${unit}`;
}

/** The local time of day: `15:40:01`. */
export function clock(time: string): string {
  return new Date(time).toTimeString().slice(0, 8);
}

/** `1,234`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1.2 MB`. */
export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = value < 1 ? 0 : Math.min(3, Math.floor(Math.log2(value) / 10));
  const amount = value / 1024 ** power;
  return `${amount >= 100 || power === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}

/** US dollars; a small amount keeps its first two digits. */
export function dollars(value: number): string {
  const digits = value === 0 || value >= 0.1 ? 2 : Math.min(10, 1 - Math.floor(Math.log10(value)));
  return `$${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
