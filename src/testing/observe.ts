import { setTimeout as delay } from "node:timers/promises";
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import * as z from "zod";

const Mail = z.looseObject({
  to: z.array(z.string()),
  from: z.string(),
  subject: z.string(),
  text: z.string().nullable(),
  html: z.string().nullable(),
});

/** An e-mail that a task sent. */
export type Mail = z.output<typeof Mail>;

/** The e-mails of an embedded AWS, newest first. */
export async function mailsOf(awsUrl: string): Promise<readonly Mail[]> {
  const answer: unknown = await (await fetch(`${awsUrl}/_outbox?format=json`)).json();
  return z.array(Mail).parse(answer);
}

/** Milliseconds between two looks; twice in a row it must be quiet, for a message may be on its way. */
const LOOK = 100;
const QUIET_LOOKS = 2;

/** Tells when a stage does nothing any more. */
export function createQuiet(awsUrl: string): { idle(seconds: number): Promise<void>; close(): void } {
  const options = {
    endpoint: awsUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
  const sfn = new SFNClient(options);

  /** What moves, in words; what waits for a time does not. */
  async function moving(): Promise<readonly string[]> {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const counts = await Promise.all(QueueUrls.filter((url) => !url.endsWith("-dead")).map(countsOf));
    const busy = counts.filter(({ active }) => active > 0).map(({ name, active }) => `${active} messages in ${name}`);
    // A canvas whose next message is delayed runs, and moves not.
    if (counts.some(({ delayed }) => delayed > 0)) return busy;
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
    const running = await Promise.all(
      stateMachines.map(({ stateMachineArn }) =>
        sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" })),
      ),
    );
    const executions = running.reduce((sum, page) => sum + (page.executions?.length ?? 0), 0);
    return executions === 0 ? busy : [...busy, `${executions} executions`];
  }

  async function countsOf(url: string): Promise<{ name: string; active: number; delayed: number }> {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }));
    const count = (text: string | undefined): number => Number(text ?? 0);
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: inFlight } = Attributes ?? {};
    const name = url.slice(url.lastIndexOf("/") + 1);
    const delayed = count(Attributes?.ApproximateNumberOfMessagesDelayed);
    return { name, active: count(waiting) + count(inFlight), delayed };
  }

  return {
    idle: async (seconds) => {
      const deadline = performance.now() + seconds * 1_000;
      for (let quiet = 0; quiet < QUIET_LOOKS;) {
        const busy = await moving();
        quiet = busy.length === 0 ? quiet + 1 : 0;
        if (performance.now() > deadline) throw new Error(`After ${seconds} s there are still ${busy.join(", ")}.`);
        await delay(LOOK);
      }
    },
    close: () => {
      sqs.destroy();
      sfn.destroy();
    },
  };
}
