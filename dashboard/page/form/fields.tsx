import { Icon } from "../parts/icons.tsx";
import { type TextKey, t } from "../text/index.ts";
import { type Field, itemOf } from "./schema.ts";
import { type Faults, type Typed, chosenOf, itemCount, itemsKey, kindKey } from "./values.ts";

const FAULT_TEXTS: Readonly<Record<Faults[string], TextKey>> = {
  required: "form.required",
  number: "form.number",
  json: "form.json",
};

/** What fields share: what was typed, and what is wrong with it, by us or by the API. */
export interface FieldsProps {
  /** What stands before the ids of the fields. */
  readonly prefix: string;
  readonly typed: Typed;
  readonly set: (typed: Typed) => void;
  readonly faults: Faults;
  readonly refusals: Readonly<Record<string, string>>;
}

/** A field, whatever it takes. */
export function FieldInput(props: FieldsProps & { field: Field; label: string }) {
  const { field } = props;
  if (field.kind === "object") return <ObjectFields {...props} />;
  if (field.kind === "list") return <ListFields {...props} />;
  if (field.kind === "union") return <UnionFields {...props} />;
  return <SimpleField {...props} />;
}

/** The last part of a field's name. */
function labelOf(field: Field): string {
  return field.title ?? field.name.slice(field.name.lastIndexOf(".") + 1);
}

function Legend({ field, label }: { field: Field; label: string }) {
  return (
    <legend>
      {label}
      {field.required && <span aria-hidden="true"> *</span>}
      {field.note !== undefined && <small> {field.note}</small>}
    </legend>
  );
}

function ObjectFields(props: FieldsProps & { field: Field; label: string }) {
  const { field, label, ...shared } = props;
  return (
    <fieldset class="nested">
      <Legend field={field} label={label} />
      <Refusal {...props} />
      {(field.fields ?? []).map((one) => (
        <FieldInput key={one.name} {...shared} field={one} label={labelOf(one)} />
      ))}
    </fieldset>
  );
}

function ListFields(props: FieldsProps & { field: Field; label: string }) {
  const { field, label, ...shared } = props;
  const { typed, set } = shared;
  const items = itemCount(field, typed);
  const resize = (count: number): void => set({ ...typed, [itemsKey(field.name)]: String(count) });
  return (
    <fieldset class="nested">
      <Legend field={field} label={label} />
      <Refusal {...props} />
      {Array.from({ length: items }, (_, index) => (
        <FieldInput
          key={index}
          {...shared}
          field={itemOf(field, index)}
          label={t("form.item", { number: index + 1 })}
        />
      ))}
      <div class="actions">
        <button type="button" onClick={() => resize(items + 1)}>
          <Icon name="plus" />
          {t("form.add")}
        </button>
        {items > 0 && (
          <button type="button" onClick={() => resize(items - 1)}>
            <Icon name="minus" />
            {t("form.remove")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

function UnionFields(props: FieldsProps & { field: Field; label: string }) {
  const { field, label, ...shared } = props;
  const { typed, set, prefix } = shared;
  const chosen = chosenOf(field, typed);
  const variants = field.variants ?? [];
  return (
    <fieldset class="nested">
      <Legend field={field} label={label} />
      <div class="chips" role="group" aria-label={`${label}: ${t("form.kind")}`}>
        {variants.map((variant, at) => (
          <button
            key={at}
            type="button"
            id={`${prefix}-${field.name}-kind-${at}`}
            aria-pressed={variant === chosen}
            onClick={() => set({ ...typed, [kindKey(field.name)]: String(at) })}
          >
            {variant.title ?? kindName(variant)}
          </button>
        ))}
      </div>
      {chosen !== undefined && (
        <FieldInput {...shared} field={{ ...chosen, required: field.required }} label={chosen.title ?? label} />
      )}
    </fieldset>
  );
}

/** A kind without a title is told by its type, or by the words that it may be. */
function kindName(field: Field): string {
  const tag = field.fields?.find((one) => one.kind === "choice" && one.options.length === 1);
  if (tag !== undefined) return String(tag.options[0]);
  return field.kind === "choice" ? field.options.join(" | ") : field.hint;
}

function Refusal({ field, refusals }: FieldsProps & { field: Field }) {
  const refusal = refusals[field.name];
  return refusal === undefined ? null : <small class="error-text">{refusal}</small>;
}

function SimpleField({
  field,
  label,
  prefix,
  typed,
  set,
  faults,
  refusals,
}: FieldsProps & { field: Field; label: string }) {
  const id = `${prefix}-${field.name}`;
  const value = typed[field.name] ?? "";
  const fault = faults[field.name];
  const wrong = fault === undefined ? refusals[field.name] : t(FAULT_TEXTS[fault]);
  const change = (next: string): void => set({ ...typed, [field.name]: next });
  const common = {
    id,
    required: field.required,
    "aria-invalid": wrong !== undefined,
    "aria-describedby": `${id}-hint`,
  };
  const hint = [field.kind === "json" ? `${field.hint} · JSON` : field.hint, field.note].filter(Boolean).join(" · ");
  return (
    <div class={`field ${wrong === undefined ? "" : "at-fault"}`}>
      <label for={id}>
        {label}
        {field.required && <span aria-hidden="true"> *</span>}
      </label>
      {field.kind === "choice" || field.kind === "boolean" ? (
        <select {...common} value={value} onChange={(event) => change(event.currentTarget.value)}>
          <option value="">{field.initial ?? "–"}</option>
          {(field.kind === "boolean" ? ["true", "false"] : field.options).map((option) => (
            <option key={option} value={option}>
              {String(option)}
            </option>
          ))}
        </select>
      ) : field.kind === "json" ? (
        <textarea
          {...common}
          rows={2}
          spellcheck={false}
          placeholder={field.initial}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      ) : (
        <input
          {...common}
          type="text"
          inputMode={field.kind === "text" ? "text" : "decimal"}
          autocomplete="off"
          placeholder={field.initial}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
      <small id={`${id}-hint`}>{wrong ?? hint}</small>
    </div>
  );
}
