import * as z from "zod";
import type { Assembly } from "../assembly/index.ts";
import { MappingSchema } from "../lambda/event-source.ts";
import type { MappingConfig } from "../lambda/event-source.ts";
import { readFunction } from "../lambda/config.ts";
import type { FunctionConfig } from "../lambda/config.ts";
import { readRule } from "../events/rules.ts";
import type { Rule } from "../events/rules.ts";
import { readSchedule } from "../scheduler/spec.ts";
import type { Spec } from "../scheduler/spec.ts";
import type { DeployedResource } from "../resource.ts";
import { messageOf } from "../values.ts";

/** A state machine with its placeholders filled. */
export interface StateMachine {
  readonly name: string;
  readonly arn: string;
  readonly definition: string;
}

/** What a cloud assembly asks of the local AWS, every template read and checked. */
export interface Plan {
  readonly tables: readonly DeployedResource[];
  readonly buckets: readonly DeployedResource[];
  readonly queues: readonly DeployedResource[];
  readonly functions: readonly FunctionConfig[];
  readonly mappings: readonly MappingConfig[];
  readonly stateMachines: readonly StateMachine[];
  readonly rules: readonly Rule[];
  readonly schedules: readonly Spec[];
  /** Names. */
  readonly scheduleGroups: readonly string[];
  /** All of it, for what reads resources itself. */
  readonly resources: readonly DeployedResource[];
}

const MachineSchema = z.object({
  DefinitionString: z.string().optional(),
  Definition: z.record(z.string(), z.unknown()).optional(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
});

/** Reads every resource before any is touched. Throws in one line, naming the resource and what is wrong with it. */
export function planDeployment({ resources, assetPath }: Assembly): Plan {
  const ofType = (...types: readonly string[]): readonly DeployedResource[] =>
    resources.filter(({ type }) => types.includes(type));
  const mappings = readAll(ofType("AWS::Lambda::EventSourceMapping"), (resource) => readMapping(resource, resources));
  return {
    tables: ofType("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    buckets: ofType("AWS::S3::Bucket"),
    queues: ofType("AWS::SQS::Queue"),
    functions: readAll(ofType("AWS::Lambda::Function"), (resource) => readFunction(resource, assetPath)),
    mappings,
    stateMachines: readAll(ofType("AWS::StepFunctions::StateMachine"), readStateMachine),
    rules: readAll(ofType("AWS::Events::Rule"), readRule),
    schedules: readAll(ofType("AWS::Scheduler::Schedule"), readSchedule),
    scheduleGroups: ofType("AWS::Scheduler::ScheduleGroup").map(({ physicalId }) => physicalId),
    resources,
  };
}

/** Adds to what `read` throws which resource it was about. */
function readAll<T>(resources: readonly DeployedResource[], read: (resource: DeployedResource) => T): readonly T[] {
  return resources.map((resource) => explaining(resource, () => read(resource)));
}

/** Does something with a resource. @throws what that throws, in one line that names the resource */
export function explaining<T>(resource: DeployedResource, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw explain(resource, error);
  }
}

/** An error about a resource, in one line. */
function explain({ stack, logicalId, type }: DeployedResource, error: unknown): Error {
  return new Error(`${type} ${logicalId} of stack ${stack}: ${messageOf(error)}`, { cause: error });
}

function readMapping({ properties }: DeployedResource, resources: readonly DeployedResource[]): MappingConfig {
  const mapping = MappingSchema.parse(properties);
  const isFed = ({ type, arn, physicalId }: DeployedResource): boolean =>
    type === "AWS::Lambda::Function" && [arn, physicalId].includes(mapping.FunctionName);
  if (!resources.some(isFed))
    throw new Error(`it feeds ${mapping.FunctionName}, which is no function of this assembly.`);
  if (resources.some(({ type, arn }) => type === "AWS::SQS::Queue" && arn === mapping.EventSourceArn)) return mapping;
  throw new Error(`it reads ${mapping.EventSourceArn}, which is no queue of this assembly.`);
}

function readStateMachine({ physicalId, arn, properties }: DeployedResource): StateMachine {
  const { DefinitionString, Definition, DefinitionSubstitutions } = MachineSchema.parse(properties);
  const text = DefinitionString ?? (Definition && JSON.stringify(Definition));
  if (text === undefined)
    throw new Error("Only definitions within the template are served (DefinitionBody.fromString).");
  const definition = text.replaceAll(
    /\$\{([A-Za-z0-9_]+)\}/g,
    (placeholder, name: string) => DefinitionSubstitutions[name] ?? placeholder,
  );
  return { name: physicalId.slice(physicalId.lastIndexOf(":") + 1), arn, definition };
}
