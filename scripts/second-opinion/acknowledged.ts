/** What a tool says that is meant to be so. */
export interface Acknowledged {
  readonly tool: "cfn-lint" | "checkov" | "parliament" | "asl-validator" | "EMF schema";
  readonly finding: RegExp;
  readonly because: string;
}

const checkov = (id: string, because: string): Acknowledged => ({
  tool: "checkov",
  finding: new RegExp(`^${id} `),
  because,
});

/** All that is acknowledged. What none of the kinds has any more is an error too. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  checkov(
    "CKV_AWS_18",
    "a log of each read costs more than the reads: stages that keep their data have one, and the bucket of logs none of itself",
  ),
  checkov(
    "CKV_AWS_21",
    "objects are written once under their task's id and expire: versions would double what is stored",
  ),
  checkov("CKV_AWS_26", "the topic carries names of alarms; AWS's key for SNS would keep CloudWatch from publishing"),
  checkov("CKV_AWS_27", "SSE-SQS encrypts the queues; a key of one's own is the configuration's to want (kmsKey)"),
  checkov("CKV_AWS_73", "X-Ray is the configuration's to want (tracing)"),
  checkov(
    "CKV_AWS_115",
    "a new account has none to reserve: apiConcurrency, waitConcurrency and a module's reservedConcurrency do",
  ),
  checkov("CKV_AWS_116", "for asynchronous invocations, of which there are none: mappings and API Gateway invoke"),
  checkov("CKV_AWS_117", "functions call AWS's public endpoints alone; a module that needs a VPC says so (vpc)"),
  checkov("CKV_AWS_119", "a key of one's own is the configuration's to want (kmsKey)"),
  checkov("CKV_AWS_120", "answers are private to their callers and change: a cache would give them to others"),
  checkov("CKV_AWS_158", "a key of one's own is the configuration's to want (kmsKey)"),
  checkov("CKV_AWS_173", "variables hold names, those of secrets among them, and no values"),
  checkov("CKV_AWS_192", "log4j is Java's, and there is no Java"),
  {
    tool: "parliament",
    finding: /^RESOURCE_MISMATCH states:SendTask(Success|Failure) /,
    because: "the reference has no resource for it, but AWS asks for the token's machine (permissions.ts)",
  },
  {
    tool: "parliament",
    finding: /^RESOURCE_MISMATCH states:DescribeExecution .*:express:/,
    because: "it wants every kind of resource that the action knows; there are no express machines",
  },
];
