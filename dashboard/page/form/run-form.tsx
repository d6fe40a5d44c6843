import { useMemo, useState } from "preact/hooks";
import { type RegisteredTask, Refused, type Submission, post } from "../api.ts";
import { Copy, Failure } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";
import { FieldInput } from "./fields.tsx";
import { type Field, fieldsOf } from "./schema.ts";
import { type CallBody, asCommand, asCurl, asTypeScript } from "./snippets.ts";
import { type Faults, type Typed, exampleTyped, fieldAt, readJson, readNamed, readPositional } from "./values.ts";

const optional = { required: false, options: [], min: 0, max: undefined, hint: "s", example: null } as const;

/** Options that a form asks for by a field each; headers and the like go in the field for JSON. */
const OPTIONS: readonly Field[] = [
  { ...optional, name: "countdown", kind: "number" },
  { ...optional, name: "expires", kind: "number" },
  { ...optional, name: "soft_time_limit", kind: "number", max: 880 },
  { ...optional, name: "time_limit", kind: "number", max: 880 },
  { ...optional, name: "max_retries", kind: "integer", hint: "" },
  { ...optional, name: "ignore_result", kind: "boolean", min: undefined, hint: "" },
];

/** A field that takes whatever is JSON. */
function jsonField(name: string, hint: string): Field {
  return { ...optional, name, kind: "json", min: undefined, hint };
}

const ARGS = jsonField("args", "[1, 2]");
const MORE = jsonField("more", '{"headers": {"tenant": "acme"}}');

type Part = "args" | "kwargs" | "options";
type ByPart<Value> = Readonly<Record<Part, Value>>;

const NOTHING: ByPart<Readonly<Record<string, string>>> = { args: {}, kwargs: {}, options: {} };

/** A form made from a task's schemas that runs it. */
export function RunForm({ task }: { task: RegisteredTask }) {
  const form = useMemo(() => fieldsOf(task.args, task.kwargs), [task]);
  const [typed, setTyped] = useState<ByPart<Typed>>(NOTHING);
  const [variant, setVariant] = useState(0);
  const [faults, setFaults] = useState<ByPart<Faults>>({ args: {}, kwargs: {}, options: {} });
  const [refusals, setRefusals] = useState(NOTHING);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const args = form.args ?? form.variants[variant] ?? null;

  const { body, found } = read(task.name, args, form.kwargs, typed);
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    setFaults(found);
    setRefusals(NOTHING);
    setError(null);
    if (Object.values(found).some((one) => Object.keys(one).length > 0)) return;
    setBusy(true);
    try {
      const { task_id: id } = await post<Submission>("/tasks", body);
      go(linkTo("task", id));
    } catch (thrown) {
      setBusy(false);
      setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      if (thrown instanceof Refused) setRefusals(refusalsOf(thrown));
    }
  };
  const shared = (part: Part) => ({
    prefix: part.slice(0, -1),
    typed: typed[part],
    set: (next: Typed) => setTyped({ ...typed, [part]: next }),
    faults: faults[part],
    refusals: refusals[part],
  });
  const example = (): void => {
    setTyped({ ...typed, args: exampleTyped(args ?? []), kwargs: exampleTyped(form.kwargs) });
    setFaults({ args: {}, kwargs: {}, options: {} });
  };
  const takesNothing = args?.length === 0 && form.kwargs.length === 0;
  return (
    <form class="run" onSubmit={(event) => void run(event)} noValidate>
      {form.variants.length > 1 && (
        <div class="chips" role="group" aria-label={t("form.kind")}>
          {form.variants.map((fields, at) => (
            <button key={at} type="button" aria-pressed={at === variant} onClick={() => setVariant(at)}>
              {fields.map((field) => field.hint).join(", ")}
            </button>
          ))}
        </div>
      )}
      {args === null ? (
        <FieldInput {...shared("args")} field={ARGS} label={t("form.args_json")} />
      ) : (
        args.map((field) => (
          <FieldInput
            key={`${variant} ${field.name}`}
            {...shared("args")}
            field={field}
            label={
              field.title ?? task.parameters?.[Number(field.name) - 1] ?? t("form.argument", { number: field.name })
            }
          />
        ))
      )}
      {form.kwargs.map((field) => (
        <FieldInput key={field.name} {...shared("kwargs")} field={field} label={field.title ?? field.name} />
      ))}
      {takesNothing && <p class="muted">{t("form.nothing")}</p>}
      <details>
        <summary>{t("task.options")}</summary>
        <div class="fields">
          {OPTIONS.map((field) => (
            <FieldInput key={field.name} {...shared("options")} field={field} label={field.name} />
          ))}
        </div>
        <FieldInput {...shared("options")} field={MORE} label={t("form.more_options")} />
      </details>
      {error !== null && <Failure error={error} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          <Icon name="play" />
          {t("form.run")}
        </button>
        {!takesNothing && args !== null && (
          <button type="button" onClick={example}>
            {t("form.example")}
          </button>
        )}
        <span class="copy-as">
          {t("form.copy_as")} <CopyAs name="curl" text={asCurl(body)} />
          <CopyAs name="TypeScript" text={asTypeScript(body)} />
          <CopyAs name="CLI" text={asCommand(body)} />
        </span>
      </div>
    </form>
  );
}

function CopyAs({ name, text }: { name: string; text: string }) {
  return (
    <span title={text}>
      {name}
      <Copy text={text} label={`${t("form.copy_as")} ${name}`} />
    </span>
  );
}

/** What was typed as the body of a request, and what is wrong with it. */
function read(
  task: string,
  args: readonly Field[] | null,
  kwargs: readonly Field[],
  typed: ByPart<Typed>,
): { readonly body: CallBody; readonly found: ByPart<Faults> } {
  const positional = args === null ? readJson("args", typed.args["args"] ?? "", []) : readPositional(args, typed.args);
  const named = readNamed(kwargs, typed.kwargs);
  const given = readNamed(OPTIONS, typed.options);
  const more = readJson("more", typed.options["more"] ?? "", {});
  const extra = typeof more.value === "object" ? more.value : {};
  return {
    body: { task, args: positional.value, kwargs: named.value, options: { ...given.value, ...extra } },
    found: { args: positional.faults, kwargs: named.faults, options: { ...given.faults, ...more.faults } },
  };
}

/** What the API says of single fields. */
function refusalsOf({ errors }: Refused): typeof NOTHING {
  const found: Record<Part, Record<string, string>> = { args: {}, kwargs: {}, options: {} };
  for (const { path, message } of errors) {
    const at = fieldAt(path);
    if (at !== null) found[at.of][at.name] = message;
  }
  return found;
}
