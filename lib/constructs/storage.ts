import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  type CorsRule,
  HttpMethods,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Aws, Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { QUEUE_RETENTION_DAYS } from "./celeriac-queue.ts";
import { Scheduling } from "./scheduling.ts";
import type { StageContext } from "../stage.ts";

/**
 * The table's sparse indexes: name -> partition attribute. Each is sorted by `seq`; neither key changes with a task's
 * status.
 */
const INDEXES = { recent: "recent", root: "root_key", open: "open", failed: "failed", dead: "dead" } as const;

/**
 * What the bucket holds: arguments (`later` those of tasks that start days from now), results, what the API took, what
 * came by presigned POST, and what tasks made of it.
 */
const PREFIXES = ["payloads", "later", "results", "documents", "uploads", "outputs"] as const;

/** A task may be told to start a year from now. */
const LONGEST_DELAY_DAYS = 366;

/**
 * What outlives every deployment: the table of records, the bucket of what is too large for one, and the group of what
 * is scheduled.
 */
export class Storage extends Construct {
  readonly table: Table;
  readonly bucket: Bucket;
  /** Null where the stage keeps nothing of worth. */
  readonly accessLog: Bucket | null;
  readonly scheduling: Scheduling;

  constructor(
    scope: Construct,
    id: string,
    { stage, key }: { readonly stage: StageContext; /** Null for AWS's own. */ readonly key: IKey | null },
  ) {
    super(scope, id);
    this.table = this.#addTable(stage, key);
    this.bucket = this.#addBucket(stage, key);
    this.accessLog = stage.config.resources === "retain" ? this.#addAccessLog(stage) : null;
    this.scheduling = new Scheduling(this, "Scheduling", { stage });
  }

  #addTable({ names, removal, isProtected }: StageContext, key: IKey | null): Table {
    const table = new Table(this, "Table", {
      tableName: names.prefix,
      partitionKey: { name: "id", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(key !== null && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
      timeToLiveAttribute: "ttl",
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: isProtected,
      removalPolicy: removal,
    });
    for (const [indexName, name] of Object.entries(INDEXES)) {
      table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name, type: AttributeType.STRING },
        sortKey: { name: "seq", type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    return table;
  }

  /**
   * Who read and wrote what, for as long as logs are kept: what a stage that holds data for others has to be able to
   * tell.
   */
  #addAccessLog({ config, names, removal }: StageContext): Bucket {
    const log = new Bucket(this, "AccessLog", {
      bucketName: names.accessLogBucket,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // S3 delivers logs to buckets with keys of its own alone (S3 User Guide, "Enabling Amazon S3 server access
      // logging").
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ id: "expire", expiration: Duration.days(config.logRetentionDays) }],
      removalPolicy: removal,
    });
    log.addToResourcePolicy(
      new PolicyStatement({
        actions: ["s3:PutObject"],
        principals: [new ServicePrincipal("logging.s3.amazonaws.com")],
        resources: [log.arnForObjects("*")],
        conditions: {
          ArnLike: { "aws:SourceArn": names.bucketArn },
          StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        },
      }),
    );
    const { defaultChild } = this.bucket.node;
    if (!(defaultChild instanceof CfnBucket)) throw new Error("A bucket has no CfnBucket: CDK has changed.");
    defaultChild.loggingConfiguration = { destinationBucketName: log.bucketName };
    return log;
  }

  #addBucket({ config, names, removal }: StageContext, key: IKey | null): Bucket {
    // A record lives for the retention after its task's end, and S3 counts from the object's creation: between the two
    // lie up to 14 days in the queue, and a day that S3 may round up.
    const lifetime = config.recordRetentionDays + QUEUE_RETENTION_DAYS + 1;
    return new Bucket(this, "Bucket", {
      bucketName: names.bucket,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(key === null
        ? { encryption: BucketEncryption.S3_MANAGED }
        : // A bucket key: one call to KMS for many objects.
          { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      enforceSSL: true,
      versioned: false,
      lifecycleRules: PREFIXES.map((prefix) => ({
        id: `expire-${prefix}`,
        prefix: `${prefix}/`,
        expiration: Duration.days(prefix === "later" ? LONGEST_DELAY_DAYS + lifetime : lifetime),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      })),
      ...(config.corsOrigins.length > 0 && { cors: [corsRule(config.corsOrigins)] }),
      removalPolicy: removal,
    });
  }
}

/**
 * Lets pages of these origins upload documents by their forms, and fetch large results and outputs, by presigned URLs
 * alone.
 */
function corsRule(allowedOrigins: readonly string[]): CorsRule {
  return {
    allowedOrigins: [...allowedOrigins],
    allowedMethods: [HttpMethods.GET, HttpMethods.POST],
    allowedHeaders: ["*"],
    maxAge: 7_200,
  };
}
