import { type StageConfig, loadConfig } from "./config.ts";
import { deployedModules } from "./deployed-modules.ts";
import type { TaskModule } from "./discover.ts";
import type { CeleriacProps, OwnVpc } from "./props.ts";

/**
 * The stage as cdk.json and, before it, code say it.
 * @throws DefinitionError naming the key that is wrong and what it may be.
 */
export function configOf(props: CeleriacProps): StageConfig {
  const { project, vpcs: _vpcs, encryptionKey: _key, alarmTopic: _topic, domain, ...given } = props;
  const config = loadConfig({ ...project.context, stage: project.stage }, {}, given);
  if (domain === undefined) return config;
  const { name, certificate, hostedZone } = domain;
  const hostedZoneId = hostedZone?.hostedZoneId ?? null;
  return { ...config, customDomain: { name, certificateArn: certificate.certificateArn, hostedZoneId } };
}

/**
 * The modules as the stage deploys them, in VPCs of the app's own too: their ids are known when CloudFormation makes
 * them, so that no rule for ids can be held to them.
 */
export function modulesOf({ project, vpcs = {} }: CeleriacProps, config: StageConfig): TaskModule[] {
  const own = (module: TaskModule): OwnVpc | undefined =>
    typeof module.options.vpc === "string" ? vpcs[module.options.vpc] : undefined;
  const owners = new Map(project.modules.map((module) => [module.name, own(module)]));
  const without = project.modules.map((module) =>
    own(module) === undefined ? module : { ...module, options: { ...module.options, vpc: null } },
  );
  return deployedModules(without, config, project.leftOut).map((module) => {
    const brought = owners.get(module.name);
    return brought === undefined ? module : { ...module, options: { ...module.options, vpc: idsOf(brought) } };
  });
}

function idsOf({ vpc, subnets, securityGroups }: OwnVpc): { subnetIds: string[]; securityGroupIds: string[] } {
  return {
    subnetIds: vpc.selectSubnets(subnets).subnetIds,
    securityGroupIds: securityGroups.map((group) => group.securityGroupId),
  };
}
