import { useMemo, useState } from "preact/hooks";
import { bytes } from "../format.ts";
import { t } from "../text/index.ts";
import { Copy } from "./basics.tsx";

/** Characters that are shown at first, and at the most: more would freeze the page. The copy button takes all. */
const FIRST = 4_000;
const MOST = 200_000;

/** Characters of JSON that stay on one line. */
const LINE = 64;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A value as indented JSON, its beginning first where it is long. */
export function Json({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => textOf(value), [value]);
  const [whole, setWhole] = useState(false);
  const shown = text.slice(0, whole ? MOST : FIRST);
  return (
    <div class="json">
      <pre tabIndex={0} aria-label={label}>
        <code>{shown.length > FIRST ? shown : painted(shown)}</code>
        {shown.length < text.length && "…"}
      </pre>
      <Copy text={text} label={t("json.copy", { what: label })} />
      {text.length > FIRST && (
        <div class="json-foot">
          <button type="button" class="plain" onClick={() => setWhole(!whole)}>
            {whole ? t("json.less") : t("json.more", { size: bytes(text.length) })}
          </button>
          {whole && text.length > MOST && <span class="muted">{t("json.cut", { size: bytes(MOST) })}</span>}
        </div>
      )}
    </div>
  );
}

/** Indented JSON, or one line where that is short. */
function textOf(value: unknown): string {
  // Line ends within strings are escaped, so those that are left are of the indentation.
  const line = (JSON.stringify(value, null, 1) ?? "null").replaceAll(/\n\s*/g, " ");
  return line.length <= LINE ? line : JSON.stringify(value, null, 2);
}

/** JSON with its strings, keys and other values each in a colour. */
function painted(text: string) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    if (match.index > end) parts.push(text.slice(end, match.index));
    const kind = string === undefined ? "j-value" : colon === undefined ? "j-string" : "j-key";
    parts.push(
      <span key={match.index} class={kind}>
        {string ?? whole}
      </span>,
    );
    if (colon !== undefined) parts.push(colon);
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}
