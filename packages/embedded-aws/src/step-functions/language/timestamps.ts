const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u;

/**
 * Milliseconds since 1970 of an RFC 3339 timestamp, with a `T` and a zone in capitals as AWS asks; null for other text.
 */
export function parseTimestamp(text: string): number | null {
  if (!RFC3339.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
