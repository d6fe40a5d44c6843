import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Log } from "../log.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import type { DeployedResource } from "../resource.ts";
import { isRecord, messageOf } from "../values.ts";
import { createVolatileStorage, type Storage } from "../storage/storage.ts";
import { startSchedules } from "./schedules.ts";

const TargetSchema = z.object({
  Id: z.string(),
  Arn: z.string().regex(/^arn:aws:(sqs|lambda):/, "only queues and functions are served as targets"),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
  SqsParameters: z.object({ MessageGroupId: z.string() }).optional(),
});

const RuleSchema = z.object({
  State: z.string().default("ENABLED"),
  EventBusName: z.literal("default", "only the default event bus is served").optional(),
  ScheduleExpression: z
    .string()
    .regex(/^rate\([1-9]\d* (minute|hour|day)s?\)$/, "only rate(N minutes|hours|days) is served")
    .optional(),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  Targets: z.array(TargetSchema).default([]),
});

type Target = z.infer<typeof TargetSchema>;

/** An `AWS::Events::Rule`, read. */
export type Rule = z.infer<typeof RuleSchema> & { readonly arn: string };

/** Reads a rule. Throws a ZodError for a schedule or a target that is not served. */
export function readRule({ arn, properties }: DeployedResource): Rule {
  return { ...RuleSchema.parse(properties), arn };
}

/** An event for the bus. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

/** An event as EventBridge passes it on. */
type Envelope = Readonly<Record<string, unknown>>;

/** Rules that run. */
export interface Rules {
  /** Puts an event on the bus: every rule whose pattern fits sends it to its targets. */
  readonly put: (event: BusEvent) => void;
  readonly stop: () => void;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Where a rule sends to. */
export interface Destination {
  readonly arn: string;
  readonly messageGroupId?: string;
  /** The rule's ARN: the policies of queues and functions name it. */
  readonly rule: string;
}

/**
 * Runs the rules of the default event bus.
 * @param deliver sends a text to the queue or function of an ARN
 * @param storage where the next time of each schedule outlives the run, in the collection `events/schedules`;
 *   default: nowhere
 */
export function startRules(
  rules: readonly Rule[],
  deliver: (target: Destination, input: string) => Promise<unknown>,
  log: Log,
  storage: Storage = createVolatileStorage(),
): Rules {
  const enabled = rules.filter(({ State }) => State === "ENABLED");

  function fire(rule: Rule, event: Envelope): void {
    for (const target of rule.Targets) {
      const messageGroupId = target.SqsParameters?.MessageGroupId;
      const destination = { arn: target.Arn, rule: rule.arn, ...(messageGroupId !== undefined && { messageGroupId }) };
      deliver(destination, inputOf(target, event)).catch((error: unknown) =>
        log.line("ERROR", rule.arn, messageOf(error)),
      );
    }
  }

  const stopSchedules = startSchedules(
    enabled.flatMap(({ arn, ScheduleExpression: expression }) =>
      expression === undefined ? [] : { arn, expression, interval: intervalOf(expression) },
    ),
    (arn) => {
      const rule = enabled.find((each) => each.arn === arn);
      if (rule) fire(rule, eventOf("aws.events", "Scheduled Event", {}, [arn]));
    },
    storage,
  );

  return {
    put: ({ source, detailType, detail }) => {
      const event = eventOf(source, detailType, detail, []);
      for (const rule of enabled) if (rule.EventPattern && matches(rule.EventPattern, event)) fire(rule, event);
    },
    stop: stopSchedules,
  };
}

function intervalOf(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return Number(count) * (unit === "day" || unit === "hour" ? UNIT_MS[unit] : UNIT_MS.minute);
}

function eventOf(source: string, detailType: string, detail: unknown, resources: readonly string[]): Envelope {
  const time = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": detailType,
    source,
    account: ACCOUNT,
    time,
    region: REGION,
    resources,
    detail,
  };
}

/**
 * True if every field of the pattern matches: nested patterns by field, lists by any of their values or `prefix`
 * matchers. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function matches(pattern: Readonly<Record<string, unknown>>, event: unknown): boolean {
  if (!isRecord(event)) return false;
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = event[field];
    if (isRecord(wanted)) return matches(wanted, value);
    if (!Array.isArray(wanted)) return false;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return wanted.some((option) => values.some((item) => matchesValue(option, item)));
  });
}

function matchesValue(option: unknown, value: unknown): boolean {
  if (!isRecord(option)) return option === value;
  const { prefix, suffix } = option;
  if (typeof value !== "string") return false;
  return (
    (typeof prefix === "string" && value.startsWith(prefix)) || (typeof suffix === "string" && value.endsWith(suffix))
  );
}

function inputOf(target: Target, event: Envelope): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event, target.InputPath) ?? null);
  const { InputTransformer } = target;
  if (!InputTransformer) return JSON.stringify(event);
  const { InputPathsMap, InputTemplate } = InputTransformer;
  return InputTemplate.replaceAll(/<([\w.-]+)>/g, (_match, name: string, offset: number) => {
    const value = JSON.stringify(at(event, InputPathsMap[name] ?? "") ?? "");
    // Within a quoted text a string goes without quotes of its own.
    const quotes = InputTemplate.slice(0, offset).match(/(?<!\\)"/g)?.length ?? 0;
    return quotes % 2 === 1 ? value.replaceAll(/^"|"$/g, "") : value;
  });
}

/** A value by the dotted paths that event rules use: `$.detail.status`. */
function at(event: Envelope, path: string): unknown {
  const steps = path
    .replace(/^\$\.?/, "")
    .split(".")
    .filter((step) => step !== "");
  return steps.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), event);
}
