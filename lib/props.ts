import type { ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IHostedZone } from "aws-cdk-lib/aws-route53";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type * as z from "zod";
import type { StageSchema } from "./config.ts";
import type { Project } from "./project.ts";

/** All that a stage may say, in cdk.json or in code. */
type Stage = z.input<typeof StageSchema>;

/** A VPC of an app's own, for the modules that name it (`defineModule({ vpc: "private" })`). */
export interface OwnVpc {
  readonly vpc: Pick<IVpc, "selectSubnets">;
  /** @default the VPC's private subnets */
  readonly subnets?: SubnetSelection;
  /** 1 to 5. */
  readonly securityGroups: readonly ISecurityGroup[];
}

/** A name for the API of an app's own. */
export interface OwnDomain {
  /** `tasks.example.com`. */
  readonly name: string;
  /** In the API's region. */
  readonly certificate: ICertificate;
  /** Where the name is entered. @default nowhere: enter it yourself, at the output CustomDomainTarget */
  readonly hostedZone?: IHostedZone;
}

/**
 * What `new Celeriac` is given. What is said here comes before what the stage says in cdk.json, where what differs by
 * stage is best said. docs/configuration.md has what each costs.
 */
export interface CeleriacProps {
  /** What `await loadProject()` found: stage, task modules, bundles. */
  readonly project: Project;

  /** What becomes of table, bucket, queues and logs when they leave the template. @default "destroy" */
  readonly resources?: Stage["resources"];
  /** Who may call the API: `"none"`, `"iam"`, or `{ kind: "jwt" | "apiKey", ... }`. @default "iam" */
  readonly auth?: Stage["auth"];
  /** Days for which a record is kept after its task has ended, 1 to 3,650. @default 7 */
  readonly recordRetentionDays?: number;
  /** Days for which logs are kept: one of the values of CloudWatch Logs. @default 30 */
  readonly logRetentionDays?: number;
  /** What this stage says differently of single modules. @default nothing */
  readonly modules?: Stage["modules"];
  /** Modules that were removed, whose queues stay for one release more. @default none */
  readonly retiredModules?: Stage["retiredModules"];
  /** Reserved concurrency of the function behind `?wait=`; null: none. @default null */
  readonly waitConcurrency?: number | null;
  /** Reserved concurrency of each of the API's other functions; null: none. @default null */
  readonly apiConcurrency?: number | null;
  /** Origins whose pages may call the API from a browser, 20 at the most. @default none */
  readonly corsOrigins?: Stage["corsOrigins"];
  /** A web ACL before the API: one that is there, or one of the stage's. @default none */
  readonly waf?: Stage["waf"];
  /** Seconds a module's messages may have waited before submissions are refused; null: any. @default null */
  readonly maxQueueAge?: number | null;
  /** Traces to X-Ray. @default false */
  readonly tracing?: boolean;
  /** A collector's address that each task and canvas is sent to as a span (OTLP over HTTP). @default none */
  readonly otlp?: string | null;
  /** Whether the end of each task and canvas is an event: `onComplete` needs them. @default false */
  readonly completionEvents?: boolean;
  /** Requests a second that the API takes, 1 to 10,000. @default 500 */
  readonly apiRate?: number;
  /** Requests that the API takes at once, 1 to 5,000. @default 1,000 */
  readonly apiBurst?: number;
  /** Seconds that states of named workflows leave their tasks for waiting in queues. @default 86,400 */
  readonly queueAllowance?: number;
  /** Whether the account's role for API Gateway's logs is set, one for account and region. @default true */
  readonly gatewayLogRole?: boolean;
  /** The address, verified in SES, that modules with the `email` grant send from. @default they cannot send */
  readonly emailSender?: string | null;
  /** The address that alarms are sent to. @default none */
  readonly alarmEmail?: string | null;
  /** Metrics of tasks: `"off"`, `"stage"`, `"module"` or `"task"`. @default "stage" */
  readonly metrics?: Stage["metrics"];
  /** The part of tasks that may fail before alarm and monitor say so, 0.001 to 1. @default 0.1 */
  readonly failureThreshold?: number;
  /** A CloudWatch dashboard, and saved queries of logs. @default true */
  readonly dashboard?: boolean;

  /** VPCs by the names that modules use. @default those of cdk.json */
  readonly vpcs?: Readonly<Record<string, OwnVpc>>;
  /** `true` for a key of the stage's own. @default false: AWS's keys, which cost nothing */
  readonly kmsKey?: boolean;
  /** Your key, which encrypts table, bucket, queues and logs; EventBridge and Logs are let use it. @default none */
  readonly encryptionKey?: IKey;
  /** Your topic, which every alarm tells. Its policy must let cloudwatch.amazonaws.com publish. @default none */
  readonly alarmTopic?: ITopic;
  /** @default only API Gateway's own name */
  readonly domain?: OwnDomain;
}
