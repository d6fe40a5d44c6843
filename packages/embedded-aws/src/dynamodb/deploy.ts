import * as z from "zod";
import type { DeployedResource } from "../resource.ts";
import { TableProps } from "./definition.ts";
import { tagsOf } from "./operations/tags.ts";
import type { Tables } from "./tables.ts";

/** What a template says of a table, beyond what CreateTable takes. */
const TemplateProps = TableProps.extend({
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.stringbool().or(z.boolean()) })
    .optional(),
  PointInTimeRecoverySpecification: z
    .object({ PointInTimeRecoveryEnabled: z.stringbool().or(z.boolean()).optional() })
    .optional(),
  Tags: z.array(z.unknown()).optional(),
});

/**
 * Creates a template's table, or gives one that is there the indexes and settings that its template has now. Items
 * stay.
 * @throws Error for a table whose key is another one than before: CloudFormation would replace it, and its items with
 * it
 */
export function deployTable(tables: Tables, { physicalId, properties }: DeployedResource): void {
  const {
    TimeToLiveSpecification: ttl,
    PointInTimeRecoverySpecification: backup,
    Tags,
    ...props
  } = TemplateProps.parse(properties);
  const more = {
    timeToLive: ttl?.Enabled === true ? ttl.AttributeName : undefined,
    pointInTimeRecovery: backup?.PointInTimeRecoveryEnabled === true,
    tags: tagsOf(Tags ?? []),
  };
  const table = tables.find(physicalId);
  if (table === undefined) {
    tables.create(physicalId, props, more);
    return;
  }
  const before = table.definition;
  const typeOf = (name: string, of: TableProps): string | undefined =>
    of.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  const isSame =
    JSON.stringify(before.KeySchema) === JSON.stringify(props.KeySchema) &&
    props.KeySchema.every(({ AttributeName }) => typeOf(AttributeName, before) === typeOf(AttributeName, props));
  if (!isSame) {
    throw new Error(
      `The key of table ${physicalId} is another one than that of the data directory. Start with another data directory, or give the table another name.`,
    );
  }
  tables.redefine(table, { GlobalSecondaryIndexes: undefined, LocalSecondaryIndexes: undefined, ...props, ...more });
}
