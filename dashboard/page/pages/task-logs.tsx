import { useEffect, useMemo, useState } from "preact/hooks";
import { type LogLine, type TaskData, getLocal, queryOf } from "../api.ts";
import { moment } from "../format.ts";
import { Copy, Failure, Loading, Section, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { isFinal } from "../parts/status.tsx";
import { t } from "../text/index.ts";

/** Fields that each line of a task has, and that the page shows already. */
const KNOWN = new Set(["task", "root_id", "correlation_id"]);
const LEVELS = ["INFO", "WARN", "ERROR"];
/** Milliseconds between two readings while a task runs. */
const BEAT = 2_000;

/** What a task has logged, by its id: line by line, and further lines as they come. */
export function Logs({ task, status, has }: { task: TaskData; status: string; has: boolean }) {
  const { value, error, reload } = useLoad(async () => {
    const { task: name, task_id: id, created_at: from, done_at: to } = task;
    return getLocal<{ lines: LogLine[] | null; more: boolean }>(
      `/source/logs${queryOf({ task: name, task_id: id, from, to: to ?? undefined })}`,
    );
  }, [task.status, task.task_id]);
  const [level, setLevel] = useState("");
  const [text, setText] = useState("");
  const runs = has && !isFinal(status);
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, BEAT);
    return () => clearInterval(timer);
  }, [runs]);
  const lines = value?.lines ?? null;
  const shown = useMemo(() => (lines ?? []).filter((line) => fits(line, level, text)), [lines, level, text]);
  if (!has) {
    return (
      <Section title={t("logs.title")}>
        <p class="muted">{t("logs.elsewhere", { id: task.task_id })}</p>
      </Section>
    );
  }
  const aside = (
    <span class="log-tools">
      {runs && <span class="live-mark">{t("logs.live")}</span>}
      <Copy text={shown.map(asText).join("\n")} label={t("logs.copy")} />
    </span>
  );
  return (
    <Section title={t("logs.title")} aside={aside}>
      {error !== null && <Failure error={error} retry={reload} />}
      {value === null && error === null && <Loading />}
      {lines?.length === 0 && <p class="muted">{t("logs.none")}</p>}
      {lines !== null && lines.length > 0 && (
        <>
          <div class="log-filter">
            <div class="chips" role="group" aria-label={t("logs.level")}>
              {["", ...LEVELS].map((one) => (
                <button key={one} type="button" aria-pressed={level === one} onClick={() => setLevel(one)}>
                  {one === "" ? t("filter.all") : one}
                </button>
              ))}
            </div>
            <div class="search">
              <Icon name="search" />
              <input
                type="search"
                aria-label={t("logs.search")}
                placeholder={t("logs.search")}
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            </div>
          </div>
          <div class="logs" tabIndex={0} role="region" aria-label={t("logs.title")}>
            {shown.map((line, at) => (
              <Line key={at} line={line} />
            ))}
            {shown.length === 0 && <p class="muted">{t("logs.nothing_found")}</p>}
            {value?.more === true && <p class="muted">{t("logs.more")}</p>}
          </div>
        </>
      )}
    </Section>
  );
}

function fits(line: LogLine, level: string, text: string): boolean {
  if (level !== "" && line.level !== level) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const whole = asText(line).toLowerCase();
  return words.every((word) => whole.includes(word));
}

/** A line as a terminal would have it. */
function asText(line: LogLine): string {
  const { stack, ...rest } = line.fields;
  const pairs = fieldsOf(rest).map(([name, value]) => `${name}=${value}`);
  const first = [line.time, line.level, line.message, ...pairs].join(" ");
  return typeof stack === "string" ? `${first}\n${stack}` : first;
}

function fieldsOf(fields: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(fields)
    .filter(([name]) => !KNOWN.has(name))
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}

function Line({ line }: { line: LogLine }) {
  const { stack, ...rest } = line.fields;
  return (
    <div class={`log ${line.level.toLowerCase()}`}>
      <time dateTime={line.time}>{moment(line.time, true)}</time>
      <span class="level">{line.level}</span>
      <span class="message">
        {line.message}
        {fieldsOf(rest).map(([name, value]) => (
          <span key={name} class="pair">
            {" "}
            {name}=<b>{value}</b>
          </span>
        ))}
        {typeof stack === "string" && <pre>{stack}</pre>}
      </span>
    </div>
  );
}
