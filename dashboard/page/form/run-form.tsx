import { useState } from "preact/hooks";
import { type RegisteredTask, Refused, type Submission, post } from "../api.ts";
import { Failure } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { go, linkTo } from "../router.ts";
import { type TextKey, t } from "../text/index.ts";
import { type Field, fieldsOf } from "./schema.ts";
import { type Faults, type Typed, readJson, readNamed, readPositional } from "./values.ts";

const FAULT_TEXTS: Readonly<Record<Faults[string], TextKey>> = {
  required: "form.required",
  number: "form.number",
  json: "form.json",
};

/** Options that a form asks for by a field each; headers and the like go in the field for JSON. */
const OPTIONS: readonly Field[] = [
  { name: "countdown", kind: "number", required: false, options: [], min: 0, max: undefined, hint: "s" },
  { name: "expires", kind: "number", required: false, options: [], min: 0, max: undefined, hint: "s" },
  { name: "soft_time_limit", kind: "number", required: false, options: [], min: 0, max: 880, hint: "s" },
  { name: "time_limit", kind: "number", required: false, options: [], min: 0, max: 880, hint: "s" },
  { name: "max_retries", kind: "integer", required: false, options: [], min: 0, max: undefined, hint: "" },
  { name: "ignore_result", kind: "boolean", required: false, options: [], min: undefined, max: undefined, hint: "" },
];

/** A form made from a task's schemas that runs it. */
export function RunForm({ task }: { task: RegisteredTask }) {
  const fields = fieldsOf(task.args, task.kwargs);
  const [args, setArgs] = useState<Typed>({});
  const [kwargs, setKwargs] = useState<Typed>({});
  const [options, setOptions] = useState<Typed>({});
  const [faults, setFaults] = useState<Readonly<Record<string, Faults>>>({});
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    const positional =
      fields.args === null ? readJson("args", args["args"] ?? "", []) : readPositional(fields.args, args);
    const named = readNamed(fields.kwargs, kwargs);
    const given = readNamed(OPTIONS, options);
    const more = readJson("more", options["more"] ?? "", {});
    const found = { args: positional.faults, kwargs: named.faults, options: { ...given.faults, ...more.faults } };
    setFaults(found);
    if (Object.values(found).some((one) => Object.keys(one).length > 0)) return;
    setBusy(true);
    try {
      const extra = typeof more.value === "object" ? more.value : {};
      const body = {
        task: task.name,
        args: positional.value,
        kwargs: named.value,
        options: { ...given.value, ...extra },
      };
      const { task_id: id } = await post<Submission>("/tasks", body);
      go(linkTo("task", id));
    } catch (thrown) {
      setBusy(false);
      setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };

  return (
    <form class="run" onSubmit={(event) => void run(event)} noValidate>
      {fields.args === null ? (
        <JsonField
          name="args"
          label={t("form.args_json")}
          hint="[1, 2]"
          typed={args}
          set={setArgs}
          fault={faults["args"]?.["args"]}
        />
      ) : (
        fields.args.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            prefix="arg"
            label={field.title ?? t("form.argument", { number: field.name })}
            typed={args}
            set={setArgs}
            fault={faults["args"]?.[field.name]}
          />
        ))
      )}
      {fields.kwargs.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          prefix="kwarg"
          label={field.name}
          typed={kwargs}
          set={setKwargs}
          fault={faults["kwargs"]?.[field.name]}
        />
      ))}
      {fields.args?.length === 0 && fields.kwargs.length === 0 && <p class="muted">{t("form.nothing")}</p>}
      <details>
        <summary>{t("task.options")}</summary>
        <div class="fields">
          {OPTIONS.map((field) => (
            <FieldInput
              key={field.name}
              field={field}
              prefix="option"
              label={field.name}
              typed={options}
              set={setOptions}
              fault={faults["options"]?.[field.name]}
            />
          ))}
        </div>
        <JsonField
          name="more"
          label={t("form.more_options")}
          hint='{"headers": {"tenant": "acme"}}'
          typed={options}
          set={setOptions}
          fault={faults["options"]?.["more"]}
        />
      </details>
      {error !== null && <Failure error={error instanceof Refused ? error : new Error(error.message)} />}
      <button type="submit" class="primary" disabled={busy}>
        <Icon name="play" />
        {t("form.run")}
      </button>
    </form>
  );
}

interface InputProps {
  readonly label: string;
  readonly typed: Typed;
  readonly set: (typed: Typed) => void;
  readonly fault: Faults[string] | undefined;
}

function FieldInput({ field, prefix, label, typed, set, fault }: InputProps & { field: Field; prefix: string }) {
  const id = `${prefix}-${field.name}`;
  const value = typed[field.name] ?? "";
  const change = (next: string): void => set({ ...typed, [field.name]: next });
  const described = { id, "aria-invalid": fault !== undefined, "aria-describedby": `${id}-hint` };
  return (
    <div class={`field ${fault === undefined ? "" : "at-fault"}`}>
      <label for={id}>
        {label}
        {field.required && <span aria-hidden="true"> *</span>}
      </label>
      {field.kind === "choice" || field.kind === "boolean" ? (
        <select
          {...described}
          required={field.required}
          value={value}
          onChange={(event) => change(event.currentTarget.value)}
        >
          <option value="">–</option>
          {(field.kind === "boolean" ? ["true", "false"] : field.options).map((option) => (
            <option key={option} value={option}>
              {String(option)}
            </option>
          ))}
        </select>
      ) : field.kind === "json" ? (
        <textarea
          {...described}
          required={field.required}
          rows={2}
          spellcheck={false}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      ) : (
        <input
          {...described}
          required={field.required}
          type="text"
          inputMode={field.kind === "text" ? "text" : "decimal"}
          autocomplete="off"
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
      <small id={`${id}-hint`}>
        {fault === undefined ? (field.kind === "json" ? `${field.hint} · JSON` : field.hint) : t(FAULT_TEXTS[fault])}
      </small>
    </div>
  );
}

function JsonField({ name, label, hint, typed, set, fault }: InputProps & { name: string; hint: string }) {
  const id = `json-${name}`;
  return (
    <div class={`field ${fault === undefined ? "" : "at-fault"}`}>
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        spellcheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-hint`}
        value={typed[name] ?? ""}
        onInput={(event) => set({ ...typed, [name]: event.currentTarget.value })}
      />
      <small id={`${id}-hint`}>{fault === undefined ? hint : t(FAULT_TEXTS[fault])}</small>
    </div>
  );
}
