import { createClient } from "celeriac/client";
import * as z from "zod";

const Form = z.object({ id: z.string(), url: z.url(), fields: z.record(z.string(), z.string()) });
const Started = z.object({ task_id: z.string() });

/** Sends a file of up to 50 MB that somebody chose in a page, and gives the result of the task that reads it. */
export async function upload(api: string, file: File): Promise<unknown> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(api + path, { method: "POST", headers, body: JSON.stringify(body) });
    return response.json();
  };
  const { id, url, fields } = Form.parse(await post("/documents/uploads", { filename: file.name }));
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  await fetch(url, { method: "POST", body: form });
  const { task_id: taskId } = Started.parse(await post(`/documents/uploads/${id}/process`, {}));
  return createClient({ url: api }).handle(taskId).result({ timeout: 120 });
}
