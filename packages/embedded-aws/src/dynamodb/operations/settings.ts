import type { Operation } from "../context.ts";
import { constraint, invalid } from "../errors.ts";
import { accept, namesOf } from "../parameters.ts";

const ONE = namesOf("TableName");

/** UpdateTimeToLive. */
export const updateTimeToLive: Operation = ({ tables }, input) => {
  accept("UpdateTimeToLive", input, namesOf("TableName TimeToLiveSpecification"));
  const table = tables.of(input);
  const { AttributeName, Enabled } = Object(input["TimeToLiveSpecification"]);
  if (typeof AttributeName !== "string" || AttributeName === "" || typeof Enabled !== "boolean") {
    throw constraint(undefined, "timeToLiveSpecification.attributeName", "Member must not be null");
  }
  const { timeToLive } = table.definition;
  if (Enabled && timeToLive !== undefined) throw invalid("TimeToLive is already enabled");
  if (!Enabled && timeToLive === undefined) throw invalid("TimeToLive is already disabled");
  if (!Enabled && timeToLive !== AttributeName) {
    throw invalid("TimeToLive is active on a different AttributeName: current AttributeName is " + timeToLive);
  }
  tables.redefine(table, { timeToLive: Enabled ? AttributeName : undefined });
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
};

/** DescribeTimeToLive. */
export const describeTimeToLive: Operation = ({ tables }, input) => {
  accept("DescribeTimeToLive", input, ONE);
  const AttributeName = tables.of(input).definition.timeToLive;
  if (AttributeName === undefined) return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
  return { TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName } };
};

/** DescribeContinuousBackups. Nothing is backed up here; it tells what the template asks for. */
export const describeContinuousBackups: Operation = ({ tables }, input) => {
  accept("DescribeContinuousBackups", input, ONE);
  const { pointInTimeRecovery } = tables.of(input).definition;
  const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus: pointInTimeRecovery ? "ENABLED" : "DISABLED" };
  return { ContinuousBackupsDescription: { ContinuousBackupsStatus: "ENABLED", PointInTimeRecoveryDescription } };
};
