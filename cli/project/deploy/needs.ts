import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** What a stage asks of an account, as its templates say it. */
export interface Needs {
  readonly stage: string;
  /** The names of its stacks. */
  readonly stacks: readonly string[];
  /** Function -> concurrency that is reserved for it. */
  readonly reserved: ReadonlyMap<string, number>;
  /** The maximum concurrency of all mappings together; those without one are not in it. */
  readonly mapped: number;
  /** Whether the stage writes an access log, and whether it sets the account's role for that itself. */
  readonly accessLog: boolean;
  readonly setsLogRole: boolean;
  readonly customDomain: boolean;
  /** The address that mail is sent from, where modules may. */
  readonly sender: string | null;
}

const Properties = z.record(z.string(), z.unknown()).default({});
const Template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties })).default({}),
});
const FunctionProperties = z.object({
  FunctionName: z.string(),
  ReservedConcurrentExecutions: z.number().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()).default({}) }).optional(),
});
const MappingProperties = z.object({ ScalingConfig: z.object({ MaximumConcurrency: z.number() }).optional() });

/** Reads what a cloud assembly asks for. @param folder the assembly's. */
export async function readNeeds(stage: string, folder: string): Promise<Needs> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".template.json")).toSorted();
  const templates = await Promise.all(
    files.map(async (name) => Template.parse(JSON.parse(await readFile(join(folder, name), "utf8")))),
  );
  const resources = templates.flatMap(({ Resources }) => Object.values(Resources));
  const all = (type: string): z.output<typeof Properties>[] =>
    resources.filter(({ Type }) => Type === type).map((resource) => resource.Properties);
  const functions = all("AWS::Lambda::Function").map((value) => FunctionProperties.parse(value));
  const senders = functions.map(({ Environment }) => Environment?.Variables["CELERIAC_EMAIL_SENDER"]);
  return {
    stage,
    stacks: files.map((name) => name.slice(0, -".template.json".length)),
    reserved: new Map(
      functions.flatMap(({ FunctionName: name, ReservedConcurrentExecutions: reserved }) =>
        reserved === undefined ? [] : [[name, reserved] as const],
      ),
    ),
    mapped: all("AWS::Lambda::EventSourceMapping").reduce(
      (sum, value) => sum + (MappingProperties.parse(value).ScalingConfig?.MaximumConcurrency ?? 0),
      0,
    ),
    accessLog: all("AWS::ApiGateway::Stage").some((value) => value["AccessLogSetting"] !== undefined),
    setsLogRole: all("AWS::ApiGateway::Account").length > 0,
    customDomain: all("AWS::ApiGateway::DomainName").length > 0,
    sender: senders.find((value) => typeof value === "string") ?? null,
  };
}
