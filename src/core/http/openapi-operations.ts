import * as z from "zod";
import { RegisteredTaskSchema } from "../define/registry.ts";
import * as answers from "./answer-schemas.ts";
import * as requests from "./requests.ts";
import type { RouteName } from "./routes.ts";

/** What the document says of one operation. */
export interface Description {
  readonly summary: string;
  /** In a sentence or two, what the summary leaves open. */
  readonly description: string;
  /** A body that the API takes. */
  readonly example?: unknown;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Media type of the body where it is no JSON. */
  readonly bodyType?: string;
  readonly status: number;
  /** Null where the answer has no body. */
  readonly answer: z.ZodType | null;
  /** Media type of the answer. @default application/json */
  readonly answerType?: string;
  /** Statuses of its refusals besides those that any request may meet. */
  readonly problems: readonly number[];
}

const submission = { status: 202, answer: answers.SubmissionAnswer, problems: [400, 409, 413, 415, 429] } as const;

/** What the document says of each operation. */
export const DESCRIPTIONS: Readonly<Record<RouteName, Description>> = {
  add: {
    description: "Adds two numbers with the task `math.add`: the shortest way to see that a stage runs.",
    example: { x: 1, y: 2 },
    ...submission,
    summary: "Run math.add",
    body: requests.AddBody,
  },
  testRequestInfo: {
    description:
      "Runs `probe.request_info`, which tells what a task knows of its own call. Only where `probe` is deployed.",
    example: { data: "anything" },
    ...submission,
    summary: "Run probe.request_info: its result is the request context",
    body: requests.RequestInfoBody,
  },
  chain: {
    description:
      "Each node gets the result of the one before as its first argument, unless it is immutable. A group that is followed by a node is the header of a chord.",
    example: {
      tasks: [
        { task: "math.add", args: [2, 2] },
        { task: "math.mul", args: [10] },
      ],
    },
    ...submission,
    summary: "Run nodes one after the other",
    body: requests.ChainBody,
  },
  group: {
    description: "The result is the list of the results, in the order of the nodes. Members do not stop each other.",
    example: {
      tasks: [
        { task: "math.add", args: [1, 1] },
        { task: "math.add", args: [2, 2] },
      ],
    },
    ...submission,
    summary: "Run nodes in parallel",
    body: requests.GroupBody,
  },
  chord: {
    description:
      "The body gets the list of the results of the header. Where one of them failed it fails with ChordError.",
    example: {
      header: [
        { task: "math.add", args: [1, 1] },
        { task: "math.add", args: [2, 2] },
      ],
      body: { task: "math.tsum" },
    },
    ...submission,
    summary: "Run a header in parallel, then its body",
    body: requests.ChordBody,
  },
  canvas: {
    description: "A node is a task, a chain, a group or a chord, and any nests in any other, up to 50 deep.",
    example: {
      chain: [
        { task: "math.add", args: [1, 2] },
        {
          group: [
            { task: "math.mul", args: [2] },
            { task: "math.mul", args: [3] },
          ],
        },
      ],
    },
    ...submission,
    summary: "Run any node",
    body: requests.NodeBody,
  },
  submitTask: {
    description: "Arguments are checked against the schemas of the task, which GET /registry has.",
    example: { task: "math.add", args: [2, 2], options: { expires: 3600 } },
    ...submission,
    summary: "Run one task",
    body: requests.TaskBody,
  },
  submitBatch: {
    description: "The tasks do not know of each other. All are checked before any is taken.",
    example: {
      tasks: [
        { task: "math.add", args: [1, 1] },
        { task: "math.mul", args: [2, 3] },
      ],
    },
    ...submission,
    summary: "Run up to 10,000 independent tasks",
    body: requests.BatchBody,
    answer: answers.BatchAnswer,
  },
  runWorkflow: {
    description: "What is given goes to the first tasks of the workflow, before and over what it gives them itself.",
    example: { args: ["name,qty\\napple,3\\n"], kwargs: {} },
    ...submission,
    summary: "Run a named workflow on its own state machine",
    body: requests.RunBody,
    problems: [400, 404, 409, 413, 415, 429],
  },
  submitDocument: {
    description:
      "The body is the file itself: txt, md, html, csv, pdf or docx. Its text is at GET /documents/{task_id}/output when the task has ended.",
    ...submission,
    summary: "Process a file of up to 4 MB",
    query: requests.DocumentQuery,
    bodyType: "application/octet-stream",
  },
  createUpload: {
    description: "Send the file with the fields of the form to its URL within the hour, then have it processed.",
    example: { filename: "report.pdf", content_type: "application/pdf" },
    ...submission,
    summary: "Get a form that uploads a file of up to 50 MB",
    body: requests.UploadBody,
    status: 201,
    answer: answers.UploadAnswer,
  },
  processUpload: {
    description: "The file is checked as one that was sent with the request.",
    example: {},
    ...submission,
    summary: "Process a file that was uploaded",
    body: requests.EmptyBody,
    problems: [400, 404, 409, 413, 415, 429],
  },
  getResult: {
    description:
      "With `wait` the answer is held until the task has ended, or the seconds are over: then it says how the task is now.",
    summary: "A task's record and result; ?wait holds the answer until it has ended",
    query: requests.WaitQuery,
    status: 200,
    answer: z.union([answers.ResultAnswer, answers.GroupAnswer]),
    problems: [400, 404, 429],
  },
  listTasks: {
    description: "A page may be short though more follows: the cursor decides. Indexes lag by seconds.",
    summary: "Records of tasks, newest first",
    query: requests.ListQuery,
    status: 200,
    answer: answers.ListAnswer,
    problems: [400, 429],
  },
  getTask: {
    description: "With its arguments, options, and each state that it went through. Of a group its record.",
    summary: "All of a task's data",
    status: 200,
    answer: answers.TaskAnswer,
    problems: [404, 429],
  },
  revokeTask: {
    description:
      "What has not started never starts, nor does what follows it; with `terminate` what runs is stopped within 15 s.",
    example: { terminate: false },
    summary: "Revoke what has not started, or stop what runs as well: a task, a group, or a whole canvas",
    body: requests.RevokeBody,
    status: 202,
    answer: answers.RevokeAnswer,
    problems: [400, 404, 415, 429],
  },
  retryTask: {
    description:
      "With the same arguments and under a new id. A canvas is resumed with POST /canvases/{task_id}/resume.",
    example: {},
    ...submission,
    summary: "Run a failed or revoked task again, alone",
    body: requests.EmptyBody,
    problems: [400, 404, 409, 415, 429],
  },
  redriveQueue: {
    description:
      "Dead tasks are those whose message was delivered 10 times in vain. They keep their ids. The answer says what the queue holds before them.",
    example: {},
    summary: "Return a queue's dead tasks to it",
    body: requests.EmptyBody,
    status: 202,
    answer: answers.RedriveAnswer,
    problems: [400, 404, 415, 429],
  },
  forgetTask: {
    description: "Its record, arguments, result and documents are deleted for good.",
    summary: "Forget a task that has ended, with its payloads",
    status: 204,
    answer: null,
    problems: [404, 409, 429],
  },
  purgeQueue: {
    description:
      "What waits or is delayed when the request comes is revoked, so that nothing waits for it for ever. The answer has what SQS counts; what is due in over 15 minutes is in no queue yet, and is revoked as well.",
    example: {},
    summary: "Revoke what waits in a queue",
    body: requests.EmptyBody,
    status: 202,
    answer: answers.PurgeAnswer,
    problems: [400, 404, 415, 429],
  },
  actOnMany: {
    description:
      "Those that a filter finds, newest first, or those that are named. Count first with `dry_run`; a cursor leads on where there are more.",
    example: { action: "retry", filter: { status: "FAILURE", task: "math.add" }, dry_run: true },
    summary: "Retry, revoke or forget many tasks",
    body: requests.BulkBody,
    status: 200,
    answer: answers.BulkAnswer,
    problems: [400, 409, 413, 415, 429],
  },
  listSchedules: {
    description: "What runs by itself: how it went last, and when it comes next.",
    summary: "Schedules",
    status: 200,
    answer: answers.SchedulesAnswer,
    problems: [429],
  },
  runSchedule: {
    description: "Besides its own times, with the arguments of the schedule.",
    example: {},
    ...submission,
    summary: "Run what a schedule runs, at once",
    body: requests.EmptyBody,
    problems: [400, 404, 409, 415, 429],
  },
  pauseSchedule: {
    description: "It runs no more until it is resumed, whatever is deployed meanwhile.",
    example: {},
    summary: "Pause a schedule",
    body: requests.EmptyBody,
    status: 200,
    answer: answers.ScheduleAnswer,
    problems: [400, 404, 415, 429],
  },
  resumeSchedule: {
    description: "It runs again from its next time on.",
    example: {},
    summary: "Resume a schedule",
    body: requests.EmptyBody,
    status: 200,
    answer: answers.ScheduleAnswer,
    problems: [400, 404, 415, 429],
  },
  getRegistry: {
    description: "With limits, retry policies, schedules, and the JSON Schemas of arguments.",
    summary: "Every task",
    status: 200,
    answer: z.strictObject({ tasks: z.array(RegisteredTaskSchema) }),
    problems: [429],
  },
  listQueues: {
    description: "One for each module: messages as SQS counts them, and the tasks that are dead.",
    summary: "How many messages each queue holds",
    status: 200,
    answer: answers.QueuesAnswer,
    problems: [429],
  },
  searchTasks: {
    description: "In their id, name, correlation id, error or arguments; what stands in quotes is one word.",
    summary: "Records of tasks that have some words in their id, name, arguments or error, newest first",
    query: requests.SearchQuery,
    status: 200,
    answer: answers.SearchAnswer,
    problems: [400, 429],
  },
  getLive: {
    description: "Meant to be repeated each second, with the `now` of the answer before as `since`.",
    summary: "What has changed since the last look: new tasks, states, queues",
    query: requests.LiveQuery,
    status: 200,
    answer: answers.LiveAnswer,
    problems: [400, 429],
  },
  listCanvases: {
    description: "Each with a state of its own, how its tasks fare, and how long it took.",
    summary: "Runs of canvases, newest first",
    query: requests.RunsQuery,
    status: 200,
    answer: answers.RunsAnswer,
    problems: [400, 429],
  },
  resumeCanvas: {
    description: "Tasks keep their ids and get new attempts. The events of each say RESUMED.",
    example: {},
    summary: "Run what of a canvas failed and what follows; what succeeded keeps its result",
    body: requests.EmptyBody,
    status: 202,
    answer: answers.ResumeAnswer,
    problems: [400, 404, 409, 415, 429],
  },
  getNode: {
    description: "Without ids and times of its own, so that it can be changed and submitted again.",
    summary: "What was submitted, as a node to submit again",
    status: 200,
    answer: answers.NodeAnswer,
    problems: [404, 409, 429],
  },
  getCanvas: {
    description: "Nodes with their states; a wide group is one node with its counts.",
    summary: "The submission that a task or group belongs to, as a graph",
    status: 200,
    answer: answers.GraphAnswer,
    problems: [404, 429],
  },
  listMembers: {
    description: "In their order, a hundred at the most.",
    summary: "Members of a group, a page at a time",
    query: requests.MembersQuery,
    status: 200,
    answer: answers.MembersAnswer,
    problems: [400, 404, 429],
  },
  listWorkflows: {
    description: "With the canvas that each runs.",
    summary: "The named workflows",
    status: 200,
    answer: answers.WorkflowsAnswer,
    problems: [429],
  },
  getInsights: {
    description: "Seconds, MB, bytes and USD, and advice where enough was measured.",
    summary: "What became of each task in the last hours, and what to do about its size",
    query: requests.InsightsQuery,
    status: 200,
    answer: answers.InsightsAnswer,
    problems: [400, 429],
  },
  getHistory: {
    description:
      "Minutes of the last day at the most, as workers counted them, and the queues as the stage recorded them each minute.",
    summary: "What became of tasks by the minute, and how full the queues were",
    query: requests.HistoryQuery,
    status: 200,
    answer: answers.HistoryAnswer,
    problems: [400, 429],
  },
  getMetrics: {
    description: "For Prometheus and the like.",
    summary: "Queues, and tasks since midnight UTC, as OpenMetrics text",
    status: 200,
    answer: z.string(),
    answerType: "application/openmetrics-text",
    problems: [429],
  },
  getOutput: {
    description: "A redirect to a URL that holds for minutes.",
    summary: "The text that was taken out of a document",
    status: 302,
    answer: answers.OutputAnswer,
    problems: [404, 429],
  },
  getHealth: {
    description: "Says that the API answers, and nothing of what is behind it.",
    summary: "Liveness",
    status: 200,
    answer: answers.HealthAnswer,
    problems: [],
  },
  getDocs: {
    summary: "This document as a page to read",
    description: "Only where the stage's configuration says `docs: true`, as the local one does. It runs no script.",
    status: 200,
    answer: z.string(),
    answerType: "text/html",
    problems: [404],
  },
  getOpenApi: {
    description: "Made from the schemas that requests are checked by.",
    summary: "This document",
    status: 200,
    answer: z.record(z.string(), z.unknown()),
    problems: [],
  },
};
