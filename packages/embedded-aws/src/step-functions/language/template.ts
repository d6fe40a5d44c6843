import type { DefinitionFault } from "./fields.ts";
import { evaluate, type Expression, type ExpressionScope, parseExpression } from "./expression.ts";
import type { Json } from "./json.ts";

/** A payload template (Parameters, ResultSelector, ItemSelector), read once. */
export type Template =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "expression"; readonly field: string; readonly expression: Expression }
  | { readonly kind: "object"; readonly fields: readonly (readonly [string, Template])[] }
  | { readonly kind: "array"; readonly items: readonly Template[] };

/** Reads a template. `fault` makes the error for a field, by its path in the definition. */
export function parseTemplate(value: Json, path: string, fault: DefinitionFault): Template {
  if (Array.isArray(value)) return parseItems(value, path, fault);
  if (typeof value !== "object" || value === null) return { kind: "literal", value };
  const seen = new Set<string>();
  const fields = Object.entries(value).map(([key, field]): readonly [string, Template] => {
    const here = `${path}/${key}`;
    const isExpression = key.endsWith(".$");
    const name = isExpression ? key.slice(0, -2) : key;
    if (seen.has(name)) throw fault(here, `the field ${name} is given twice`);
    seen.add(name);
    return [name, isExpression ? parseField(key, field, here, fault) : parseTemplate(field, here, fault)];
  });
  return fields.every(([, field]) => field.kind === "literal")
    ? { kind: "literal", value }
    : { kind: "object", fields };
}

function parseItems(value: readonly Json[], path: string, fault: DefinitionFault): Template {
  const items = value.map((item, index) => parseTemplate(item, `${path}/${index}`, fault));
  return items.every((item) => item.kind === "literal") ? { kind: "literal", value } : { kind: "array", items };
}

function parseField(key: string, value: Json, path: string, fault: DefinitionFault): Template {
  if (typeof value !== "string") throw fault(path, "a field whose name ends in .$ must hold a path or a function");
  try {
    return { kind: "expression", field: key, expression: parseExpression(value) };
  } catch (error) {
    throw fault(path, error instanceof Error ? error.message : String(error));
  }
}

/** The template filled in. Throws a StatesError where a path leads nowhere or a function fails. */
export function fillTemplate(template: Template, scope: ExpressionScope): Json {
  if (template.kind === "literal") return template.value;
  if (template.kind === "expression") return evaluate(template.expression, scope, template.field);
  if (template.kind === "array") return template.items.map((item) => fillTemplate(item, scope));
  return Object.fromEntries(template.fields.map(([name, field]) => [name, fillTemplate(field, scope)]));
}
