import type { Service, SenderOptions } from "./options.ts";

type Variables = NodeJS.ProcessEnv;

/** Where calls go, and in whose region they are signed. */
export interface Endpoint {
  readonly url: URL;
  readonly region: string;
  readonly socketPath: string | undefined;
}

/**
 * Where an emulator answers instead of AWS, for a service of this id; emulators put it into the environment of the
 * functions that they run. Undefined where AWS is called.
 */
export function emulatorEndpoint(id: string, variables: Variables = process.env): string | undefined {
  return variables[`AWS_ENDPOINT_URL_${id}`] || variables["AWS_ENDPOINT_URL"] || undefined;
}

/**
 * Where the calls of a service go. `AWS_ENDPOINT_SOCKET` is the path of a unix socket on which an endpoint that is
 * given is reached, without TCP: the local run's way. @throws Error where no region is known.
 */
export async function resolveEndpoint(service: Service, options: SenderOptions): Promise<Endpoint> {
  const region = options.region ?? (await regionOf(process.env));
  const given = options.endpoint ?? emulatorEndpoint(service.id);
  if (given === undefined) return { url: await awsUrl(service, region, process.env), region, socketPath: undefined };
  return { url: new URL(given), region, socketPath: options.socketPath ?? process.env["AWS_ENDPOINT_SOCKET"] };
}

/** Lambda sets AWS_REGION; elsewhere the SDK's files say it, and their reader is loaded for that alone. */
async function regionOf(variables: Variables): Promise<string> {
  const region = variables["AWS_REGION"];
  if (region) return region;
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } =
    await import("@smithy/core/config");
  return loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)();
}

/**
 * Regions of the partition aws are what AWS's rules call `.amazonaws.com`; others have their own suffix (SDK,
 * partitions.json).
 */
async function awsUrl(service: Service, region: string, variables: Variables): Promise<URL> {
  const { name } = service;
  const fips = variables["AWS_USE_FIPS_ENDPOINT"] === "true";
  const dualStack = variables["AWS_USE_DUALSTACK_ENDPOINT"] === "true";
  if (!fips && !dualStack && /^(us-(east|west)|eu|ap|ca|sa|me|af|il|mx)-/.test(region))
    return new URL(`https://${name}.${region}.amazonaws.com`);
  const { partition } = await import("@aws-sdk/core/client");
  const { dnsSuffix, dualStackDnsSuffix } = partition(region);
  const plain = dualStack ? !fips && !service.fipsDualStack?.has(region) : !fips || service.plainFips?.has(region);
  const host = plain === true ? name : `${name}-fips`;
  return new URL(`https://${host}.${region}.${dualStack ? dualStackDnsSuffix : dnsSuffix}`);
}
