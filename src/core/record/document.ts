import * as z from "zod";

/** A document in S3, as `documents.process` takes it: uploads and submissions make these. */
export const DocumentSchema = z.strictObject({
  key: z
    .string()
    .regex(/^(documents|uploads)\/[0-9a-f-]{36}\/[^/]{1,200}$/, "Expected the key of a document that was uploaded"),
  /** The name that the client gave. */
  filename: z.string().min(1).max(255),
  content_type: z.string().max(255).nullable().default(null),
});

export type StoredDocument = z.output<typeof DocumentSchema>;

/** The name of a task's output, by the first 8 characters of the task's id. */
export function outputName(taskId: string): string {
  return `output_${taskId.slice(0, 8)}.txt`;
}

/** Where a task's output lies. */
export function outputKey(taskId: string): string {
  return `outputs/${taskId}/${outputName(taskId)}`;
}
