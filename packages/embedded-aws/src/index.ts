/** The local AWS: `startEmbeddedAws`, then `deploy(assembly)`. */
export { startEmbeddedAws } from "./start.ts";
export type { EmbeddedAws } from "./start.ts";
export type { EmbeddedAwsOptions } from "./options.ts";
export type { Permission } from "./iam/index.ts";
export type { Cancel, Clock } from "./clock.ts";
export type { Guard } from "./gateway/gateway.ts";
export { createOriginGuard } from "./gateway/guard-origin.ts";
export { closeServer, listen, openFront } from "./gateway/listen.ts";
export type { Front } from "./gateway/listen.ts";
export { FAULTS, parseFaults, showFaults } from "./faults/settings.ts";
export type { FaultSettings } from "./faults/settings.ts";
export type { FaultReport } from "./faults/rig.ts";
export { assetsOf, pruneAssets } from "./assembly/assets.ts";
export { createLog } from "./log.ts";
export type { Level, Log, LogFields, Sink } from "./log.ts";
export { ACCOUNT, REGION } from "./resource.ts";
export type { AwsRequest, AwsResponse } from "./types.ts";
export { isRecord, messageOf, parseJson } from "./values.ts";
