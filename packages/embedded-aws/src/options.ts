import type { Clock } from "./clock.ts";
import type { FaultSettings } from "./faults/settings.ts";
import type { Guard } from "./gateway/gateway.ts";
import type { FunctionsOptions } from "./lambda/functions.ts";
import type { LogFields, Sink } from "./log.ts";

/** How a local AWS is started; see {@link FunctionsOptions} for what is said of its functions. */
export interface EmbeddedAwsOptions extends FunctionsOptions {
  /** Port of the REST API. Default: a free one. */
  readonly port?: number | undefined;
  /** Port of the AWS services. Default: a free one. */
  readonly awsPort?: number | undefined;
  /**
   * Directory in which tables, queues, objects, executions, schedules and mails outlive the run. Default: none, all in
   * memory.
   */
  readonly data?: string | undefined;
  /** A JSON file of names and values that Secrets Manager gives out. Default: there are no secrets. */
  readonly secrets?: string | undefined;
  /** Takes the lines of the terminal log. Default: they are dropped. */
  readonly log?: Sink | undefined;
  /** Paints levels in the log. Default: false. */
  readonly color?: boolean | undefined;
  /** Which fields of the functions' structured lines have a place of their own in the log. Default: none. */
  readonly logFields?: LogFields | undefined;
  /** Takes each line that a function writes, as it was written. Default: nobody does. */
  readonly onFunctionLine?: ((functionName: string, line: string) => void) | undefined;
  /** Directory of V8's compile cache for the functions' code. Default: one among the system's temporary files. */
  readonly compileCache?: string | undefined;
  /** Variables of a function's processes besides those that it has on AWS, by its name. Default: none. */
  readonly variables?: ((functionName: string) => Readonly<Record<string, string>>) | undefined;
  /** Sees every AWS call before it is served. */
  readonly guard?: Guard | undefined;
  /** The time by which EventBridge Scheduler goes, and functions where it has a `preload`. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Milliseconds after a purge of a queue in which there is no other. Default: a minute, as on AWS. */
  readonly purgeInterval?: number | undefined;
  /** What to inject from the start. Default: nothing. */
  readonly faults?: FaultSettings | undefined;
}
