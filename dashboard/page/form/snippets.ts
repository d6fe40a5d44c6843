/** One call of a task, as `POST /tasks` takes it. */
export interface CallBody {
  readonly task: string;
  readonly args: unknown;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Without what is empty, which is what the API takes it for. */
export function shortBody({ task, args, kwargs, options }: CallBody): Record<string, unknown> {
  const given = (value: Readonly<Record<string, unknown>>): boolean => Object.keys(value).length > 0;
  return { task, args, ...(given(kwargs) && { kwargs }), ...(given(options) && { options }) };
}

/** The call for a shell, with curl. */
export function asCurl(body: CallBody): string {
  return [
    'curl "$CELERIAC_URL/tasks" \\',
    "  --header 'content-type: application/json' \\",
    `  --data ${quoted(JSON.stringify(shortBody(body)))}`,
  ].join("\n");
}

/** The call for a program in TypeScript, with nothing but what Node has. */
export function asTypeScript(body: CallBody): string {
  return [
    "const answer = await fetch(`${process.env.CELERIAC_URL}/tasks`, {",
    '  method: "POST",',
    '  headers: { "content-type": "application/json" },',
    `  body: JSON.stringify(${JSON.stringify(shortBody(body))}),`,
    "});",
    "const { task_id } = await answer.json();",
  ].join("\n");
}

/** Options of a call, by those of `celeriac call`. */
const FLAGS: Readonly<Record<string, string>> = {
  countdown: "--countdown",
  eta: "--eta",
  expires: "--expires",
  time_limit: "--time-limit",
  soft_time_limit: "--soft-time-limit",
  max_retries: "--max-retries",
  task_id: "--task-id",
};

/** The call for a shell, with the command line of this project. */
export function asCommand({ task, args, kwargs, options }: CallBody): string {
  const words = Array.isArray(args) ? args.map((arg) => quoted(wordOf(arg))) : [];
  const named = Object.keys(kwargs).length === 0 ? [] : ["--kwargs", quoted(JSON.stringify(kwargs))];
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = FLAGS[name];
    if (name === "ignore_result") return value === true ? ["--ignore-result"] : [];
    return flag === undefined ? [] : [flag, quoted(String(value))];
  });
  return ["celeriac call", task, ...words, ...named, ...flags, "--wait"].join(" ");
}

/** A text that would be read as JSON has to say that it is one. */
function wordOf(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}

/** A word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
