/** A finding of cdk-nag that is meant to be, and why. */
export interface Acknowledged {
  /** The rule, with the finding in brackets where a rule has several. */
  readonly finding: RegExp;
  readonly reason: string;
}

const IAM5 = (resource: string): RegExp =>
  new RegExp(`^AwsSolutions-IAM5\\[Resource::arn:<AWS::Partition>:${resource}\\]$`);

/** Every finding of a production stage. One that none has any more is an error too (`node scripts/nag.ts`). */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    finding: IAM5("sqs:<AWS::Region>:<AWS::AccountId>:[a-z][\\w-]*-\\*"),
    reason: "Links, retries and canvases go to any module's queue: those of the stage, known by their prefix.",
  },
  {
    finding: IAM5("logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/[a-z][\\w-]*-[\\w-]+:\\*"),
    reason: "The streams of the function's own log group, which Lambda names.",
  },
  {
    finding: IAM5("logs:<AWS::Region>:<AWS::AccountId>:log-group:\\*"),
    reason:
      "API Gateway has one role for the access logs of all APIs of an account, and tries all of these actions before it takes it.",
  },
  {
    finding: IAM5(
      "s3:::[a-z][\\w-]*-<AWS::AccountId>-<AWS::Region>/(payloads|later|results|documents|uploads|outputs)/\\*",
    ),
    reason: "Objects have task ids in their keys; which prefix a function may touch is what its right says.",
  },
  {
    finding: IAM5("states:<AWS::Region>:<AWS::AccountId>:stateMachine:[a-z][\\w-]*-(workflow-)?\\*"),
    reason: "Answers go to any machine of the stage, and machines of named workflows come and go with their files.",
  },
  {
    finding: IAM5("states:<AWS::Region>:<AWS::AccountId>:execution:[a-z][\\w-]*-[\\w-]+\\*?:\\*"),
    reason: "Executions are named after the canvases that they carry.",
  },
  {
    finding: IAM5("scheduler:<AWS::Region>:<AWS::AccountId>:schedule/[a-z][\\w-]*/\\*"),
    reason: "Schedules are named after the messages that wait; the group is the stage's own.",
  },
  {
    finding: IAM5("execute-api:<AWS::Region>:<AWS::AccountId>:<[^>]+>/<[^>]+>/[A-Z]+/.*\\*.*"),
    reason: "Where a route has an id or a name in its path, all of them are meant.",
  },
  {
    finding: /^(AwsSolutions-IAM5\[Resource::\*\]|Serverless-LambdaStarPermissions)$/,
    reason:
      "X-Ray knows no resources for traces, CloudWatch Logs none for listing groups: a test holds that nothing else is allowed on everything.",
  },
  {
    finding: /^AwsSolutions-SF1$/,
    reason:
      "A standard machine keeps its whole history for 90 days, ids alone; a log would be a second copy at some $3 for a million steps.",
  },
  {
    finding: /^AwsSolutions-APIG2$/,
    reason:
      "The functions check each request and answer with every fault; API Gateway's validator would answer with the first, in words of its own.",
  },
  {
    finding: /^AwsSolutions-APIG3$/,
    reason: "A web ACL costs $6 a month and $0.60 for a million requests: it is the configuration's to want (waf).",
  },
  {
    finding: /^AwsSolutions-APIG6$/,
    reason:
      "The access log says of each request what error the gateway had. Execution logs would add callers' headers, in a group without a retention.",
  },
  {
    finding: /^AwsSolutions-COG4$/,
    reason: "Callers sign with SigV4, or bring a token of the issuer that the stage names.",
  },
  {
    finding: /^Serverless-SQSRedrivePolicy$/,
    reason: "The dead-letter queue itself: the canvas function empties it and records what failed.",
  },
  {
    finding: /^Serverless-LambdaDLQ$/,
    reason:
      "For asynchronous invocations; these functions are called by API Gateway and by event source mappings alone.",
  },
  {
    finding: /^Serverless-LambdaEventSourceMappingDestination$/,
    reason: "Mappings of SQS have none: what fails ten times goes to the queue's dead-letter queue.",
  },
];
