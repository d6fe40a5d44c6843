import { type RegisteredTask, type TaskRow, get } from "../api.ts";
import { useLoad } from "../parts/basics.tsx";
import { SearchField, StateChips } from "../parts/filter-fields.tsx";
import { Icon } from "../parts/icons.tsx";
import { type TextKey, t } from "../text/index.ts";

/** What the list is narrowed to, as the location has it: status, task, queue, range, from, until, text, root_id. */
export type Filter = Readonly<Record<string, string>>;

const STATES = ["PENDING", "STARTED", "PROGRESS", "RETRY", "SUCCESS", "FAILURE", "REVOKED"];

/** Minutes that the choices of time go back. */
const RANGES: Readonly<Record<string, number>> = { "15m": 15, "1h": 60, "24h": 1_440, "7d": 10_080 };
const RANGE_TEXTS: Readonly<Record<string, TextKey>> = {
  "15m": "range.15m",
  "1h": "range.1h",
  "24h": "range.24h",
  "7d": "range.7d",
};

/** The time from which on tasks are wanted, RFC 3339. */
export function sinceOf(filter: Filter): string | undefined {
  const minutes = RANGES[filter["range"] ?? ""];
  if (minutes !== undefined) return new Date(Date.now() - minutes * 60_000).toISOString();
  return timeOf(filter["from"]);
}

/** A local time as `datetime-local` gives it, as RFC 3339. */
function timeOf(local: string | undefined): string | undefined {
  const time = Date.parse(local ?? "");
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The filter as the API takes it. */
export function toRequest(filter: Filter): Record<string, string | undefined> {
  const { status, task, queue, text, root_id } = filter;
  return { status, task, queue, text, root_id, since: sinceOf(filter), until: timeOf(filter["until"]) };
}

/** Whether a new task is one of those that the list shows. */
export function isWanted(task: TaskRow, filter: Filter, since: string | undefined): boolean {
  const words = (filter["text"] ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${task.task_id} ${task.task} ${task.arguments ?? ""} ${task.error?.type ?? ""}`.toLowerCase();
  return (
    (filter["status"] === undefined || filter["status"] === task.status) &&
    (filter["task"] === undefined || filter["task"] === task.task) &&
    (filter["queue"] === undefined || filter["queue"] === task.queue) &&
    (filter["root_id"] === undefined || filter["root_id"] === task.root_id) &&
    (since === undefined || task.created_at >= since) &&
    words.every((word) => text.includes(word.replaceAll('"', "")))
  );
}

/** The fields that narrow the list. */
export function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { value: registry } = useLoad((signal) => get<{ tasks: RegisteredTask[] }>("/registry", signal), []);
  const set = (name: string, value: string): void => {
    const { [name]: _, ...rest } = filter;
    onChange(value === "" ? rest : { ...rest, [name]: value });
  };
  const tasks = registry?.tasks ?? [];
  const queues = [...new Set(tasks.map((task) => task.queue))].toSorted();
  const status = filter["status"] ?? "";
  const narrowed = Object.keys(filter).length > 0;
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField label={t("filter.text")} value={filter["text"] ?? ""} onSearch={(text) => set("text", text)} />
      <div class="selects">
        <Select
          label={t("task.task")}
          value={filter["task"]}
          options={tasks.map((task) => task.name).toSorted()}
          onChange={(value) => set("task", value)}
        />
        <Select
          label={t("task.queue")}
          value={filter["queue"]}
          options={queues}
          onChange={(value) => set("queue", value)}
        />
        <RangeSelect custom value={filter["range"] ?? ""} onChange={(value) => set("range", value)} />
        {filter["range"] === "custom" && (
          <>
            <Moment label={t("range.from")} value={filter["from"]} onChange={(value) => set("from", value)} />
            <Moment label={t("range.until")} value={filter["until"]} onChange={(value) => set("until", value)} />
          </>
        )}
        {filter["root_id"] !== undefined && (
          <button type="button" class="chip" onClick={() => set("root_id", "")}>
            {t("filter.root", { id: filter["root_id"].slice(0, 8) })}
            <Icon name="cross" />
          </button>
        )}
        {narrowed && (
          <button type="button" class="plain" onClick={() => onChange({})}>
            {t("filter.clear")}
          </button>
        )}
      </div>
      <StateChips
        states={status === "" || STATES.includes(status) ? STATES : [...STATES, status]}
        value={status}
        onChange={(value) => set("status", value)}
      />
    </form>
  );
}

/** How far back the list goes. */
export function RangeSelect(props: { value: string; custom?: boolean; onChange: (value: string) => void }) {
  return (
    <label class="select">
      <span class="visually-hidden">{t("filter.time")}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <option value="">{t("range.any")}</option>
        {Object.entries(RANGE_TEXTS).map(([range, key]) => (
          <option key={range} value={range}>
            {t(key)}
          </option>
        ))}
        {props.custom === true && <option value="custom">{t("range.custom")}</option>}
      </select>
    </label>
  );
}

function Select(props: {
  label: string;
  value: string | undefined;
  options: readonly string[];
  onChange: (value: string) => void;
}) {
  const { label, value = "", options, onChange } = props;
  return (
    <label class="select">
      <span class="visually-hidden">{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{t("filter.any", { what: label })}</option>
        {(value === "" || options.includes(value) ? options : [value, ...options]).map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function Moment({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <label class="moment">
      {label}
      <input type="datetime-local" value={value ?? ""} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
