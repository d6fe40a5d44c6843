/** A service that {@link createSender} calls: one of those that speak AWS JSON over one path. */
export interface Service {
  /** Its name in signatures, host names (`<name>.<region>.amazonaws.com`) and the user agent. */
  readonly name: string;
  /** Its id as in `AWS_ENDPOINT_URL_<id>` (SDK reference guide, "Service-specific endpoints"). */
  readonly id: string;
  /**
   * Regions whose FIPS endpoint is the plain one, where it is not dual-stack (the SDK's endpoint rules).
   * @default none
   */
  readonly plainFips?: ReadonlySet<string>;
  /** Regions whose dual-stack endpoint is a FIPS endpoint (the same). @default none */
  readonly fipsDualStack?: ReadonlySet<string>;
  /**
   * How often a call is tried at most, and the longest first pause in milliseconds; as the SDK has them for this
   * service.
   */
  readonly maxAttempts: number;
  readonly baseDelay: number;
  /**
   * Operations that wait with AWS for something to come. Where the budget of retries is empty, they pause all the same.
   */
  readonly longPolls?: ReadonlySet<string>;
  /** Holds what came back against what was asked. @throws where it does not fit */
  readonly verify?: (operation: string, input: object, output: object) => void;
}

/** How calls are made. Everything that is left out comes from the variables and files that the SDK reads. */
export interface SenderOptions {
  /**
   * Where the service answers.
   * @default AWS_ENDPOINT_URL_<id>, else AWS_ENDPOINT_URL, else AWS's endpoint of the region
   */
  readonly endpoint?: string;
  /** Path of a unix socket on which that endpoint is reached. @default AWS_ENDPOINT_SOCKET; never for AWS itself */
  readonly socketPath?: string;
  /** @default AWS_REGION, else the profile's */
  readonly region?: string;
  /** Who calls. @default the SDK's default chain */
  readonly credentials?: () => Promise<Credentials>;
  /**
   * How often a call is tried, at most.
   * @default AWS_MAX_ATTEMPTS, else as the SDK has it for the service: 4 for DynamoDB, else 3
   */
  readonly maxAttempts?: number;
  /** Milliseconds in which a connection must be made. @default 3,100, as in the SDK's defaults mode `standard` */
  readonly connectTimeout?: number;
  /**
   * Milliseconds in which something must arrive, once the request is sent.
   * @default 30,000: a long poll of SQS takes up to 20,000
   */
  readonly idleTimeout?: number;
  /** This machine's clock, milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** Who calls. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they end; never where it is left out. */
  readonly expiration?: Date | undefined;
}

/** The regions of GovCloud: their endpoints of most services are FIPS endpoints. */
export const GOV_CLOUD: ReadonlySet<string> = new Set(["us-gov-east-1", "us-gov-west-1"]);
