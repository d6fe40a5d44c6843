import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";

/** A line of a task's log. */
export interface LogLine {
  /** RFC 3339. */
  readonly time: string;
  readonly level: string;
  readonly message: string;
  /** What else the line says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Whose log is asked for. */
export interface LogRequest {
  readonly task: string;
  readonly taskId: string;
  /** When the task was created and when it ended, milliseconds since 1970. */
  readonly from: number;
  readonly to: number | null;
}

/** Reads the lines that a task has logged, oldest first, and whether there are more. */
export type LogReader = (request: LogRequest) => Promise<{ lines: readonly LogLine[]; more: boolean }>;

/**
 * Lines that one look at a log gives, and the requests that it makes: FilterLogEvents may answer pages that are empty.
 */
const MAX_LINES = 500;
const MAX_REQUESTS = 10;
/** Milliseconds for which a task's worker may still log of it when it has ended. */
const AFTERMATH = 60_000;
/**
 * Reads the logs of a stage's tasks by their ids, with the user's own right to read them.
 * @param prefix of its names
 */
export function createLogReader(prefix: string): LogReader {
  const client = new CloudWatchLogsClient();
  return async ({ task, taskId, from, to }: LogRequest) => {
    const lines: LogLine[] = [];
    let nextToken: string | undefined;
    for (let request = 0; request < MAX_REQUESTS; request += 1) {
      const answer = await client.send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${prefix}-task-${task.slice(0, task.indexOf("."))}`,
          filterPattern: `{ $.task_id = "${taskId}" }`,
          startTime: from,
          ...(to === null ? {} : { endTime: to + AFTERMATH }),
          limit: MAX_LINES,
          nextToken,
        }),
      );
      lines.push(...(answer.events ?? []).map((event) => lineOf(event.message ?? "", event.timestamp ?? 0)));
      nextToken = answer.nextToken;
      if (nextToken === undefined || lines.length >= MAX_LINES) break;
    }
    return { lines, more: nextToken !== undefined };
  };
}

/** A line as the functions write it: JSON, with what it is about. */
export function lineOf(text: string, timestamp: number): LogLine {
  const received = new Date(timestamp).toISOString();
  try {
    const { time, level, message, task_id: _, ...fields } = JSON.parse(text);
    return { time: String(time ?? received), level: String(level ?? ""), message: String(message ?? ""), fields };
  } catch {
    return { time: received, level: "", message: text.trimEnd(), fields: {} };
  }
}
