import { errorDetails } from "../language/failure.ts";
import type { ExecutionRecord } from "../runtime/record.ts";
import { roleArn } from "../runtime/scope.ts";
import type { DeployedMachine } from "../runtime/thread.ts";

/** A machine as DescribeStateMachine answers it. Dates are seconds since 1970. */
export function describeMachine(machine: DeployedMachine): object {
  return {
    ...listMachine(machine),
    status: "ACTIVE",
    definition: machine.definition,
    roleArn: roleArn(machine.arn, machine.name),
    loggingConfiguration: { level: "OFF", includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
}

/** A machine as ListStateMachines answers it. */
export function listMachine({ arn, name, createdAt }: DeployedMachine): object {
  return { stateMachineArn: arn, name, type: "STANDARD", creationDate: createdAt / 1000 };
}

/** An execution as DescribeExecution answers it. */
export function describeExecution(record: ExecutionRecord): object {
  return {
    ...listExecution(record),
    input: record.inputText,
    inputDetails: { included: true },
    ...(record.outputText === null ? {} : { output: record.outputText, outputDetails: { included: true } }),
    ...(record.failure === null ? {} : errorDetails(record.failure)),
    redriveCount: 0,
    ...redrive(record),
  };
}

/** An execution as ListExecutions answers it. */
export function listExecution(record: ExecutionRecord): object {
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: record.startedAt / 1000,
    ...(record.stoppedAt === null ? {} : { stopDate: record.stoppedAt / 1000 }),
  };
}

/** The detail of EventBridge's "Step Functions Execution Status Change". Dates are milliseconds since 1970. */
export function statusChange(record: ExecutionRecord): Readonly<Record<string, unknown>> {
  return {
    executionArn: record.arn,
    stateMachineArn: record.machineArn,
    name: record.name,
    status: record.status,
    startDate: record.startedAt,
    stopDate: record.stoppedAt,
    input: record.inputText,
    inputDetails: { included: true },
    output: record.outputText,
    outputDetails: record.outputText === null ? null : { included: true },
    error: record.failure?.error ?? null,
    cause: record.failure?.cause ?? null,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    redriveCount: 0,
    redriveDate: null,
    ...redrive(record),
  };
}

/** RedriveExecution is not served, so that nothing is ever redrivable here, whatever it would be on AWS. */
function redrive({ status }: ExecutionRecord): object {
  const redriveStatusReason =
    status === "RUNNING" || status === "SUCCEEDED"
      ? `Execution is ${status} and cannot be redriven`
      : "The embedded Step Functions doesn't redrive executions";
  return { redriveStatus: "NOT_REDRIVABLE", redriveStatusReason };
}
