import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Match, Template } from "aws-cdk-lib/assertions";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { Key } from "aws-cdk-lib/aws-kms";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { type IVpc, SecurityGroup, Vpc } from "aws-cdk-lib/aws-ec2";
import { App, Stack } from "aws-cdk-lib/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { API_FUNCTIONS } from "../../lib/api-functions.ts";
import { Celeriac, type CeleriacProps, type Project } from "../../lib/cdk.ts";
import { loadConfig } from "../../lib/config.ts";
import { discoverTasks } from "../../lib/discover.ts";
import { discoverWorkflows } from "../../lib/discover-workflows.ts";
import { defineModule } from "../../src/core/define/module.ts";
import { PROJECT } from "./support.ts";

let folder: string;
let project: Project;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "celeriac-"));
  const modules = await discoverTasks(PROJECT);
  const names = [...modules.map(({ name }) => `task-${name}`), "canvas", ...API_FUNCTIONS.map((name) => `api-${name}`)];
  for (const name of names) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "index.mjs"), `// ${name}`);
  }
  const context = { prefix: "shop", stages: { dev: { recordRetentionDays: 3 } } };
  const config = loadConfig(context, {});
  const workflows = await discoverWorkflows(PROJECT, modules);
  const bundle = { folder, sizes: new Map<string, number>(), milliseconds: 0 };
  project = { stage: "dev", name: "shop-dev", root: PROJECT, config, context, modules, workflows, bundle };
});
afterAll(() => rm(folder, { recursive: true }));

/** A stack of an app's own with Celeriac and what `more` puts beside it. */
function stackWith(
  props: (stack: Stack) => Partial<CeleriacProps> = () => ({}),
  more: (stack: Stack, celeriac: Celeriac) => void = () => {},
): { template: Template; celeriac: Celeriac } {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, "Shop");
  const celeriac = new Celeriac(stack, "Celeriac", { project, ...props(stack) });
  more(stack, celeriac);
  return { template: Template.fromStack(stack), celeriac };
}

function addLambda(stack: Stack): LambdaFunction {
  const code = Code.fromInline("exports.handler = async () => {};");
  return new LambdaFunction(stack, "Checkout", { runtime: Runtime.NODEJS_24_X, handler: "index.handler", code });
}

describe("Celeriac in a stack of an app's own", () => {
  test("is all of a stage under the app's prefix, far below the 500 resources of a stack", () => {
    const { template, celeriac } = stackWith();
    template.hasResourceProperties("AWS::DynamoDB::Table", { TableName: "shop-dev" });
    for (const name of ["files", "math", "probe", "canvas", "dead"])
      template.hasResourceProperties("AWS::SQS::Queue", { QueueName: `shop-dev-${name}` });
    template.resourceCountIs("AWS::StepFunctions::StateMachine", 5);
    template.hasOutput("ApiUrl", {});
    expect(Object.keys(template.toJSON()["Resources"]).length).toBeLessThan(300);
    expect(Object.keys(celeriac.queues)).toEqual(["files", "math", "probe", "dead"]);
    expect(celeriac.alarms.length).toBeGreaterThan(5);
  });

  test("is as cdk.json says, and before it as the code does", () => {
    expect(stackWith().celeriac.config.recordRetentionDays).toBe(3);
    expect(stackWith(() => ({ recordRetentionDays: 9 })).celeriac.config.recordRetentionDays).toBe(9);
    expect(() => stackWith(() => ({ recordRetentionDays: 0 }))).toThrow(/stage "dev": recordRetentionDays/);
  });

  test("lets a Lambda of the app's submit and read, and tells it where", () => {
    const { template } = stackWith(undefined, (stack, celeriac) => {
      const checkout = addLambda(stack);
      celeriac.grantSubmit(checkout);
      celeriac.grantRead(checkout);
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      Handler: "index.handler",
      Environment: { Variables: Match.objectLike({ CELERIAC_TABLE: "shop-dev", CELERIAC_URL: Match.anyValue() }) },
      Code: { ZipFile: Match.anyValue() },
    });
    template.hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: "sqs:SendMessage" })]),
      },
    });
    const policies = JSON.stringify(template.findResources("AWS::IAM::Policy"));
    expect(policies).toContain("execute-api:Invoke");
    expect(policies).not.toMatch(/dynamodb:DeleteItem|:\*"/);
  });

  test("has a target told of what has ended, where the stage says so", () => {
    const { template } = stackWith(
      () => ({ completionEvents: true }),
      (stack, celeriac) => {
        celeriac.onComplete(new SnsTopic(new Topic(stack, "Ended")), { status: ["FAILURE"] });
      },
    );
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { source: ["celeriac.shop-dev"], detail: { status: ["FAILURE"] } },
    });
    expect(() =>
      stackWith(undefined, (stack, celeriac) => {
        celeriac.onComplete(new SnsTopic(new Topic(stack, "Ended")));
      }),
    ).toThrow(/completionEvents: true/);
  });

  test("takes the app's own key, topic and VPC", () => {
    const inVpc = project.modules.map((module) =>
      module.name === "math" ? { ...module, options: defineModule({ vpc: "private" }).options } : module,
    );
    const { template } = stackWith((stack) => {
      const vpc: IVpc = Vpc.fromVpcAttributes(stack, "Vpc", {
        vpcId: "vpc-1",
        availabilityZones: ["a", "b"],
        privateSubnetIds: ["subnet-1", "subnet-2"],
      });
      const securityGroups = [new SecurityGroup(stack, "Group", { vpc })];
      const encryptionKey = new Key(stack, "OwnKey");
      return {
        project: { ...project, modules: inVpc },
        encryptionKey,
        alarmTopic: new Topic(stack, "Alarms"),
        vpcs: { private: { vpc, securityGroups } },
      };
    });
    template.hasResourceProperties("AWS::DynamoDB::Table", { SSESpecification: { SSEType: "KMS" } });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [{ Ref: Match.stringLikeRegexp("Alarms") }],
    });
    template.hasResourceProperties("AWS::Lambda::Function", {
      FunctionName: "shop-dev-task-math",
      VpcConfig: { SubnetIds: ["subnet-1", "subnet-2"] },
    });
    // The stage makes none where it is given one.
    expect(JSON.stringify(template.toJSON())).not.toContain("resolve:ssm");
  });

  test("makes a key of its own without reading a parameter of the same stack", () => {
    const { template } = stackWith(() => ({ kmsKey: true }));
    template.resourceCountIs("AWS::KMS::Key", 1);
    expect(JSON.stringify(template.toJSON())).not.toContain("resolve:ssm");
  });
});
