import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { StageContext } from "../stage.ts";
import { sendTraces } from "./permissions.ts";
import { keyPermissions } from "./stage-key.ts";

/** What a state machine is made of. */
export interface StateMachineProps {
  readonly stage: StageContext;
  /** Its name after the stage's prefix: `chain`, `workflow-etl`. */
  readonly name: string;
  /** Valid JSON with `${...}` in strings, which `substitutions` replace when it is deployed. */
  readonly definition: unknown;
  readonly substitutions: Readonly<Record<string, string>>;
  /** The queues that it sends to, by their modules; `*` for all. */
  readonly queues: readonly string[];
}

/** A state machine with its role. It is told ids, and may send messages: nothing more. */
export class StateMachine extends Construct {
  readonly machine: CfnStateMachine;

  constructor(scope: Construct, id: string, { stage, name, definition, substitutions, queues }: StateMachineProps) {
    super(scope, id);
    const { names } = stage;
    const { tracing } = stage.config;
    const send = new PolicyStatement({
      actions: ["sqs:SendMessage"],
      resources: queues.map((queue) => names.arn("sqs", names.queue(queue))),
    });
    const role = new Role(this, "Role", {
      description: `Role of the state machine ${names.machine(name)}`,
      assumedBy: new ServicePrincipal("states.amazonaws.com"),
      inlinePolicies: {
        work: new PolicyDocument({
          statements: [send, ...keyPermissions(stage, [send]), ...(tracing ? [sendTraces()] : [])],
        }),
      },
    });
    this.machine = new CfnStateMachine(this, "Machine", {
      stateMachineName: names.machine(name),
      // Standard: an express one ends after 5 minutes and cannot wait for a token.
      stateMachineType: "STANDARD",
      definitionString: JSON.stringify(definition),
      definitionSubstitutions: { ...substitutions },
      roleArn: role.roleArn,
      ...(tracing && { tracingConfiguration: { enabled: true } }),
    });
  }
}
