import type { DeployedResource } from "./resource.ts";

/** A request's body, parsed once by the gateway. */
export type Input = Readonly<Record<string, unknown>>;

/** What a service refuses, in the service's own words. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  /** The error's name without a namespace, such as `ResourceNotFoundException`. */
  readonly code: string;
  readonly status: number;
  /** Further members of the answer, such as `Item` or `CancellationReasons`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/**
 * A service whose operations have JSON for input and answer. It knows no HTTP: the gateway parses, identifies,
 * authorizes, and writes. What it throws besides `ServiceError` is a fault of the emulation, answered 500.
 */
export interface JsonService {
  /** The version of AWS JSON in the content type of its answers. Default: 1.0. */
  readonly version?: "1.0" | "1.1";
  /** Before each error's name in `__type`, such as `com.amazonaws.sqs#`. */
  readonly namespace: string;
  readonly execute: (operation: string, input: Input) => object | Promise<object>;
}

/** A service that a template's resources are created in. */
export interface Deployable {
  /** Creates the resource, or changes one that is there to what its template says now; what it holds stays. */
  readonly deploy: (resource: DeployedResource) => void;
}
