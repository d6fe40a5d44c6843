/** AWS credentials: of a user, or of a role for some time. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What is signed. */
export interface Signable {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** In whose name, where and when. */
export interface SigningScope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** As signatures name it. @default execute-api, which is API Gateway's */
  readonly service?: string;
  readonly date: Date;
}

/** What browsers and proxies write anew on the way is not signed. */
const UNSIGNED = new Set(["content-type"]);

/**
 * The headers of a request with those of Signature Version 4 (IAM User Guide, "Create a signed AWS API
 * request"). By WebCrypto, which browsers and Node both have.
 */
export async function signed(request: Signable, scope: SigningScope): Promise<Record<string, string>> {
  const { credentials, region, service = "execute-api", date } = scope;
  const time = `${date.toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}Z`;
  const headers: Record<string, string> = { ...request.headers, "x-amz-date": time };
  if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
  const place = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signable = Object.entries({ ...headers, host: request.url.host })
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !UNSIGNED.has(name))
    .toSorted(([one], [other]) => order(one, other));
  const names = signable.map(([name]) => name).join(";");
  const lines = signable.map(([name, value]) => `${name}:${value.trim().replaceAll(/\s+/g, " ")}\n`).join("");
  const canonical = [...requestLines(request), lines, names, await sha256(request.body)].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, place, await sha256(canonical)].join("\n");
  let key: Bytes = encode(`AWS4${credentials.secretAccessKey}`);
  for (const part of place.split("/")) key = await hmac(key, part);
  const signature = hex(await hmac(key, text));
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${place}, SignedHeaders=${names}, Signature=${signature}`;
  return headers;
}

/** Method, path and query as they are signed. */
function requestLines({ method, url }: Signable): readonly string[] {
  // By name, then by value: "a" comes before "a-", though "=" comes after "-".
  const query = [...url.searchParams]
    .map(([name, value]) => [strict(name), strict(value)])
    .toSorted(([name = "", value = ""], [other = "", its = ""]) => order(name, other) || order(value, its))
    .map((pair) => pair.join("="))
    .join("&");
  // Every service but S3 encodes the path that is sent once more, and takes slashes in a row for one.
  return [method, url.pathname.replaceAll(/\/+/g, "/").split("/").map(strict).join("/"), query];
}

function order(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Percent-encoded as RFC 3986 has it: `encodeURIComponent` leaves five characters more as they are. */
function strict(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

type Bytes = Uint8Array<ArrayBuffer>;

function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? encode(data) : new Uint8Array(data);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

async function hmac(secret: Bytes, text: string): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(text)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
