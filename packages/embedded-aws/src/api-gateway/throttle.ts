import type { ApiMethod, ApiResource, ApiStage, MethodSetting } from "./definition.ts";

/** Takes one request from a method's budget; false if there is none left. */
export type Throttle = (resource: ApiResource, method: ApiMethod) => boolean;

interface Bucket {
  readonly rate: number;
  readonly burst: number;
  tokens: number;
  refilledAt: number;
}

/**
 * The stage's throttles: a token bucket for each method, of `burst` requests refilled at `rate` a second. The most
 * exact setting wins. Methods without one are not held back (the account's own 10,000 requests a second are not
 * either).
 */
export function createThrottle(stage: ApiStage, now: () => number): Throttle {
  const settings = stage.methodSettings.filter((setting) => setting.rateLimit !== null || setting.burstLimit !== null);
  if (settings.length === 0) return () => true;
  const buckets = new Map<ApiMethod, Bucket | null>();
  return (resource, method) => {
    let bucket = buckets.get(method);
    if (bucket === undefined) {
      bucket = createBucket(settings, resource, method, now());
      buckets.set(method, bucket);
    }
    return bucket === null || take(bucket, now());
  };
}

function createBucket(
  settings: readonly MethodSetting[],
  resource: ApiResource,
  method: ApiMethod,
  at: number,
): Bucket | null {
  const setting =
    settings.find(
      ({ resourcePath, httpMethod }) => resourcePath === resource.path && httpMethod === method.httpMethod,
    ) ??
    settings.find(({ resourcePath, httpMethod }) => resourcePath === resource.path && httpMethod === "*") ??
    settings.find(({ resourcePath, httpMethod }) => resourcePath === "/*" && httpMethod === "*");
  if (setting === undefined) return null;
  const burst = setting.burstLimit ?? Number.MAX_SAFE_INTEGER;
  return { rate: setting.rateLimit ?? Number.MAX_SAFE_INTEGER, burst, tokens: burst, refilledAt: at };
}

function take(bucket: Bucket, at: number): boolean {
  bucket.tokens = Math.min(bucket.burst, bucket.tokens + ((at - bucket.refilledAt) / 1000) * bucket.rate);
  bucket.refilledAt = at;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
