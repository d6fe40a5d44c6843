import * as z from "zod";

const Parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  description: z.string(),
  schema: z.unknown(),
});
const Content = z.record(z.string(), z.looseObject({ schema: z.unknown(), example: z.unknown() }));
const Operation = z.looseObject({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string(),
  parameters: z.array(Parameter),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: Content.optional() })),
});
const Document = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

/** The policy of the page: it runs nothing, loads nothing, and is in no frame. */
export const DOCS_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE = `:root{color-scheme:light dark;--line:#8885;--muted:color-mix(in srgb,currentcolor 65%,transparent)}
body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:15px/1.5 system-ui,sans-serif}
h2{margin-top:2.5rem}details{margin:.4rem 0;border:1px solid var(--line);border-radius:8px}
summary{padding:.5rem .8rem;cursor:pointer}details>div{padding:0 .8rem .8rem}
code,pre{font:13px/1.5 ui-monospace,Consolas,monospace}pre{overflow:auto;padding:.6rem .8rem;border:1px solid var(--line);border-radius:6px}
.method{display:inline-block;min-width:4.2rem;font-weight:700}table{width:100%;border-collapse:collapse}
td{padding:.25rem .6rem .25rem 0;border-top:1px solid var(--line);vertical-align:top}p.muted,.muted{color:var(--muted)}`;

/**
 * The OpenAPI document as a page to read: every operation with its parameters, bodies and answers. It needs no script
 * and nothing from elsewhere.
 */
export function docsPage(document: unknown): string {
  const { info, tags, paths, components } = Document.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const groups = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const shown = own.map(({ path, method, operation }) => section(path, method, operation)).join("");
    return `<h2 id="${escape(name)}">${escape(name)}</h2><p class="muted">${escape(description)}</p>${shown}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary><div>${pre(schema)}</div></details>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(info.title)} API</title><style>${STYLE}</style></head><body><main><h1>${escape(info.title)} API <span class="muted">${escape(info.version)}</span></h1><p>${escape(info.description)}</p><p><a href="openapi.json">openapi.json</a></p>${groups.join("")}<h2>Schemas</h2>${schemas.join("")}</main></body></html>`;
}

function section(path: string, method: string, operation: z.output<typeof Operation>): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escape(one.name)}</code>${one.required ? " *" : ""}</td><td class="muted">${escape(one.in)}</td><td>${escape(one.description)}<br><code class="muted">${escape(JSON.stringify(one.schema))}</code></td></tr>`,
  );
  const answers = Object.entries(responses).map(
    ([status, answer]) =>
      `<details><summary><b>${escape(status)}</b> ${escape(answer.description)}</summary><div>${contents(answer.content)}</div></details>`,
  );
  return `<details id="${escape(operationId)}"><summary><span class="method">${method}</span><code>${escape(path)}</code> <span class="muted">${escape(summary)}</span></summary><div><p>${escape(description)}</p>${rows.length === 0 ? "" : `<table>${rows.join("")}</table>`}${requestBody === undefined ? "" : `<h3>Body</h3>${contents(requestBody.content)}`}<h3>Answers</h3>${answers.join("")}</div></details>`;
}

function contents(content: z.output<typeof Content> = {}): string {
  return Object.entries(content)
    .map(
      ([type, { schema, example }]) =>
        `<p class="muted"><code>${escape(type)}</code> ${reference(schema)}</p>${pre(example)}`,
    )
    .join("");
}

/** A link to a schema below, where it is one. */
function reference(schema: unknown): string {
  const name = z.object({ $ref: z.string() }).safeParse(schema).data?.$ref.split("/").at(-1);
  return name === undefined ? "" : `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
}

function pre(value: unknown): string {
  return value === undefined ? "" : `<pre tabindex="0">${escape(JSON.stringify(value, null, 2))}</pre>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
