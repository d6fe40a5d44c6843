import * as z from "zod";
import type { DeployedResource } from "../resource.ts";

const Bucket = z.looseObject({
  CorsConfiguration: z
    .looseObject({ CorsRules: z.array(z.looseObject({ AllowedOrigins: z.array(z.string()) })) })
    .optional(),
});

/**
 * Origins of the pages that the templates let in by name: those of the buckets' CORS rules. A REST API says in its code
 * whom it answers, so that its pages are the ones that may fetch from the buckets, too. `*` names nobody.
 */
export function corsOriginsOf(resources: readonly DeployedResource[]): ReadonlySet<string> {
  const buckets = resources.filter(({ type }) => type === "AWS::S3::Bucket");
  const rules = buckets.flatMap(
    ({ properties }) => Bucket.safeParse(properties).data?.CorsConfiguration?.CorsRules ?? [],
  );
  return new Set(rules.flatMap(({ AllowedOrigins }) => AllowedOrigins).filter((origin) => !origin.includes("*")));
}
