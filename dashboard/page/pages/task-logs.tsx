import { type LogLine, type TaskData, getLocal, queryOf } from "../api.ts";
import { moment } from "../format.ts";
import { Failure, Section, useLoad } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { t } from "../text/index.ts";

/** Fields that each line of a task has, and that the page shows already. */
const KNOWN = new Set(["task", "root_id", "correlation_id"]);

/** What a task has logged, by its id. */
export function Logs({ task, has }: { task: TaskData; has: boolean }) {
  const { value, error, loading, reload } = useLoad(async () => {
    const { task: name, task_id: id, created_at: from, done_at: to } = task;
    return getLocal<{ lines: LogLine[] | null; more: boolean }>(
      `/source/logs${queryOf({ task: name, task_id: id, from, to: to ?? undefined })}`,
    );
  }, [task.status, task.task_id]);
  if (!has) {
    return (
      <Section title={t("logs.title")}>
        <p class="muted">{t("logs.elsewhere", { id: task.task_id })}</p>
      </Section>
    );
  }
  const again = (
    <button type="button" class="plain" onClick={reload} disabled={loading}>
      <Icon name="retry" />
      {t("action.refresh")}
    </button>
  );
  return (
    <Section title={t("logs.title")} aside={again}>
      {error !== null && <Failure error={error} />}
      {value?.lines?.length === 0 && <p class="muted">{t("logs.none")}</p>}
      {value !== null && value.lines !== null && value.lines.length > 0 && (
        <div class="logs" tabIndex={0} role="region" aria-label={t("logs.title")}>
          {value.lines.map((line, at) => (
            <Line key={at} line={line} />
          ))}
          {value.more && <p class="muted">{t("logs.more")}</p>}
        </div>
      )}
    </Section>
  );
}

function Line({ line }: { line: LogLine }) {
  const { stack, ...rest } = line.fields;
  const fields = Object.entries(rest).filter(([name]) => !KNOWN.has(name));
  return (
    <div class={`log ${line.level.toLowerCase()}`}>
      <time dateTime={line.time}>{moment(line.time, true)}</time>
      <span class="level">{line.level}</span>
      <span class="message">
        {line.message}
        {fields.map(([name, value]) => (
          <span key={name} class="field">
            {name}=<b>{typeof value === "string" ? value : JSON.stringify(value)}</b>
          </span>
        ))}
        {typeof stack === "string" && <pre>{stack}</pre>}
      </span>
    </div>
  );
}
