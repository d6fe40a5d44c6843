import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import type { Alarm, IAlarmAction } from "aws-cdk-lib/aws-cloudwatch";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { type IRuleTarget, Rule } from "aws-cdk-lib/aws-events";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { CANVAS_ENDED, TASK_ENDED, eventSource } from "../src/core/events.ts";
import { DefinitionError } from "../src/core/errors.ts";
import { type ApiFunction, ROUTES } from "../src/core/http/routes.ts";
import { acknowledgeFindings, acknowledgeRights } from "./acknowledge.ts";
import type { StageConfig } from "./config.ts";
import { apiRights } from "./constructs/api-function.ts";
import { Canvases } from "./constructs/canvases.ts";
import { commonEnvironment } from "./constructs/celeriac-function.ts";
import { Front } from "./constructs/front.ts";
import { Monitoring } from "./constructs/monitoring.ts";
import { OwnKey, keyPermissions, letServicesUse } from "./constructs/stage-key.ts";
import { Storage } from "./constructs/storage.ts";
import { TaskModules } from "./constructs/task-modules.ts";
import { configOf, modulesOf } from "./given.ts";
import type { CeleriacProps } from "./props.ts";
import { type StageContext, stageContext } from "./stage.ts";
import { compileWorkflows } from "./workflows.ts";

/** The REST API of a stage. */
export interface CeleriacApi {
  /** `https://<id>.execute-api.<region>.amazonaws.com/v1/`. */
  readonly url: string;
  readonly restApi: RestApi;
}

/**
 * All of a stage within a stack of an app's own: table, bucket, a queue and a Lambda for each task module, the machines
 * of canvases, the REST API, alarms. One for each stage and account, since its names begin with `<prefix>-<stage>`.
 *
 * ```ts
 * const celeriac = new Celeriac(stack, "Celeriac", { project: await loadProject() });
 * celeriac.grantSubmit(checkout); // a Lambda of your own
 * ```
 *
 * @throws DefinitionError for what cannot be deployed, naming what to change.
 */
export class Celeriac extends Construct {
  readonly api: CeleriacApi;
  readonly table: Table;
  readonly bucket: Bucket;
  /** The queue of each module by its name, and `dead`, which takes the dead letters of all. */
  readonly queues: Readonly<Record<string, Queue>>;
  readonly alarms: readonly Alarm[];
  /** The stage as it is deployed. */
  readonly config: StageConfig;
  readonly #stage: StageContext;
  #listeners = 0;

  constructor(scope: Construct, id: string, props: CeleriacProps) {
    super(scope, id);
    const { project, encryptionKey } = props;
    this.config = configOf(props);
    const modules = modulesOf(props, this.config);
    const workflows = compileWorkflows(project.workflows, modules, this.config.queueAllowance);
    // By reference: a parameter of the same stack cannot be read while that is deployed.
    const names = stageContext(this.config, project.bundle.folder);
    const key = this.config.kmsKey === true ? new OwnKey(this, "OwnKey", names).key : (encryptionKey ?? null);
    if (encryptionKey !== undefined) letServicesUse(encryptionKey, names.names);
    const stage = stageContext(this.config, project.bundle.folder, key?.keyArn ?? null);
    this.#stage = stage;

    const storage = new Storage(this, "Storage", { stage, key });
    const tasks = new TaskModules(this, "Tasks", { stage, modules });
    const canvases = new Canvases(this, "Canvases", { stage, workflows, deadQueueArn: tasks.dead.queueArn });
    const front = new Front(this, "Front", { stage });
    const monitoring = new Monitoring(this, "Monitoring", {
      stage,
      modules: modules.map((module) => module.name),
      action: actionOf(props),
    });
    // They know each other by names, which tell CloudFormation no order.
    for (const module of tasks.modules) module.periodic.node.addDependency(storage.scheduling);
    for (const retired of tasks.retired) canvases.engine.node.addDependency(retired);
    acknowledgeFindings(this);

    this.api = { url: front.api.url, restApi: front.api };
    this.table = storage.table;
    this.bucket = storage.bucket;
    const queues = tasks.modules.map(({ name, queue }) => [name, queue] as const);
    this.queues = { ...Object.fromEntries(queues), dead: tasks.dead };
    this.alarms = monitoring.alarms.all;
  }

  /**
   * Lets a principal submit tasks, canvases and workflows: by the API, signed, and straight to queues and table. A
   * Lambda is told where they are, by variables that `celeriac/client` reads.
   */
  grantSubmit(grantee: IGrantable): void {
    this.#grant(grantee, "submit", ["submit"]);
  }

  /** Lets a principal ask for tasks, results and queues, in the same ways. */
  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, "read", ["read", "wait"]);
  }

  #grant(grantee: IGrantable, right: ApiFunction, routes: readonly ApiFunction[]): void {
    const stage = this.#stage;
    const { permissions, environment } = apiRights(stage, right);
    const statements = [...permissions, ...keyPermissions(stage, permissions), this.#invoke(routes)];
    for (const statement of statements) grantee.grantPrincipal.addToPrincipalPolicy(statement);
    if (!(grantee instanceof LambdaFunction)) return;
    acknowledgeRights(grantee, statements);
    const variables = { ...commonEnvironment(stage), ...environment, CELERIAC_URL: this.api.url };
    for (const [name, value] of Object.entries(variables)) grantee.addEnvironment(name, value);
  }

  #invoke(functions: readonly ApiFunction[]): PolicyStatement {
    const { restApi } = this.api;
    const routes = ROUTES.filter((route) => functions.includes(route.function));
    const resources = routes.map(({ method, path }) =>
      restApi.arnForExecuteApi(method, path.replaceAll(/\{\w+\}/g, "*"), restApi.deploymentStage.stageName),
    );
    return new PolicyStatement({ actions: ["execute-api:Invoke"], resources });
  }

  /**
   * Has `target` told when a task or a canvas has ended: an event of EventBridge, at least once, without arguments and
   * results.
   * @param filter Which. @default every task and every canvas, however they ended
   * @throws DefinitionError where the stage has no `completionEvents`.
   */
  onComplete(
    target: IRuleTarget,
    filter: {
      /** Of these tasks alone, by their names; canvases have none. */
      readonly tasks?: readonly string[];
      readonly status?: readonly ("SUCCESS" | "FAILURE" | "REVOKED")[];
    } = {},
  ): Rule {
    if (!this.config.completionEvents) {
      throw new DefinitionError("onComplete needs the stage's events: say completionEvents: true.");
    }
    this.#listeners += 1;
    const { tasks, status } = filter;
    const detail = { ...(tasks && { task: [...tasks] }), ...(status && { status: [...status] }) };
    return new Rule(this, `OnComplete${this.#listeners}`, {
      description: `Tells of what has ended on ${this.#stage.names.prefix}`,
      eventPattern: {
        source: [eventSource(this.#stage.names.label)],
        detailType: [TASK_ENDED, CANVAS_ENDED],
        ...(Object.keys(detail).length > 0 && { detail }),
      },
      targets: [target],
    });
  }
}

function actionOf({ alarmTopic }: CeleriacProps): IAlarmAction | null {
  return alarmTopic === undefined ? null : { bind: () => ({ alarmActionArn: alarmTopic.topicArn }) };
}
