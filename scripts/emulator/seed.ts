import * as z from "zod";

const Submitted = z.object({ task_id: z.string() });
const Ended = z.object({ status: z.string(), result: z.unknown() });

/** What a new stage is shown to run: a task, a chain and a chord. */
const FIRST: readonly { readonly path: string; readonly body: unknown }[] = [
  { path: "/tasks", body: { task: "math.add", args: [1, 2] } },
  {
    path: "/chain",
    body: {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "math.mul", args: [5] },
      ],
    },
  },
  {
    path: "/chord",
    body: {
      header: [
        { task: "math.add", args: [1, 2] },
        { task: "math.add", args: [3, 4] },
      ],
      body: { task: "math.tsum" },
    },
  },
];

/** Has a stage run its first tasks. @throws Error where one does not succeed within two minutes. */
export async function seed(apiUrl: string): Promise<void> {
  for (const { path, body } of FIRST) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(apiUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status !== 202) throw new Error(`POST ${path} was answered ${answer.status}: ${await answer.text()}`);
    const { task_id: id } = Submitted.parse(await answer.json());
    const { status, result } = await ended(`${apiUrl}/result/${id}?wait=5`);
    if (status !== "SUCCESS") throw new Error(`POST ${path} became ${status}: GET /result/${id} says why.`);
    console.log(`${path.slice(1)}: ${JSON.stringify(result)}`);
  }
}

async function ended(url: string): Promise<z.infer<typeof Ended>> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const record = Ended.parse(await (await fetch(url)).json());
    if (["SUCCESS", "FAILURE", "REVOKED"].includes(record.status) || Date.now() > deadline) return record;
  }
}
