import { readFileSync } from "node:fs";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { CANVAS_KINDS } from "../canvas-kinds.ts";
import type { StageContext } from "../stage.ts";
import { allQueues } from "./permissions.ts";

/** The machine that carries canvases of one kind. It is told ids, and may send messages: nothing more. */
export class CanvasMachine extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, kind }: { readonly stage: StageContext; readonly kind: (typeof CANVAS_KINDS)[number] },
  ) {
    super(scope, id);
    const { names } = stage;
    const role = new Role(this, "Role", {
      description: `Role of the state machine ${names.machine(kind)}`,
      assumedBy: new ServicePrincipal("states.amazonaws.com"),
      inlinePolicies: { work: new PolicyDocument({ statements: [allQueues(names, "sqs:SendMessage")] }) },
    });
    const definition: unknown = JSON.parse(
      readFileSync(`${import.meta.dirname}/../../statemachines/${kind}.asl.json`, "utf8"),
    );
    const machine = new CfnStateMachine(this, "Machine", {
      stateMachineName: names.machine(kind),
      // Standard: an express one ends after 5 minutes and cannot wait for a token.
      stateMachineType: "STANDARD",
      definitionString: JSON.stringify(definition),
      definitionSubstitutions: { CanvasQueueUrl: `${names.queueUrlPrefix}canvas` },
      roleArn: role.roleArn,
    });
    machine.node.addDependency(role);
  }
}
