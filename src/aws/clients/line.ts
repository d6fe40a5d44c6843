import type { Endpoint as SdkEndpoint } from "@smithy/types";
import { loadTracing, userAgent } from "./agent.ts";
import { directExchange } from "./direct.ts";
import { type Clock, createClock } from "./clock.ts";
import { keepCredentials, loadCredentials } from "./credentials.ts";
import { resolveEndpoint } from "./endpoint.ts";
import { createExchange, type Exchange, pathOf } from "./http.ts";
import type { Credentials, SenderOptions, Service } from "./options.ts";
import { createRetries, type Retries } from "./retry.ts";

/** All that is found out once, before a service is called for the first time. */
export interface Line {
  readonly service: Service;
  readonly url: URL;
  readonly path: string;
  readonly region: string;
  readonly userAgent: string;
  /** The URL in the form that the SDK's protocol takes. */
  readonly endpoint: () => Promise<SdkEndpoint>;
  readonly credentials: () => Credentials | Promise<Credentials>;
  readonly tracing: () => Record<string, string>;
  readonly clock: Clock;
  readonly retries: Retries;
  readonly exchange: Exchange;
  /** Whether requests are signed: not where the connection itself says who calls. */
  readonly isSigned: boolean;
}

/**
 * Finds out where a service is called, by whom and how.
 * @throws where no region is known, or AWS_MAX_ATTEMPTS is no number.
 */
export async function openLine(service: Service, options: SenderOptions): Promise<Line> {
  const endpoint = await resolveEndpoint(service, options);
  const { url, region } = endpoint;
  const sdkEndpoint = { protocol: url.protocol, hostname: url.hostname, path: pathOf(url) };
  const timeouts = { connect: options.connectTimeout ?? 3_100, idle: options.idleTimeout ?? 30_000 };
  const direct = options.endpoint === undefined ? directExchange(service) : null;
  return {
    service,
    url,
    path: pathOf(url),
    region,
    userAgent: userAgent(service.name),
    endpoint: () => Promise.resolve(sdkEndpoint),
    credentials: keepCredentials(options.credentials ?? (() => loadCredentials())),
    tracing: await loadTracing(),
    clock: createClock(options.now),
    retries: createRetries(options.maxAttempts ?? maxAttempts(service, process.env), service.baseDelay),
    exchange: direct ?? createExchange(endpoint, timeouts),
    isSigned: direct === null,
  };
}

function maxAttempts(service: Service, variables: NodeJS.ProcessEnv): number {
  const given = variables["AWS_MAX_ATTEMPTS"];
  if (!given) return service.maxAttempts;
  const attempts = Number.parseInt(given, 10);
  if (Number.isNaN(attempts)) throw new TypeError(`AWS_MAX_ATTEMPTS is "${given}". Set a number, or leave it out.`);
  return attempts;
}
