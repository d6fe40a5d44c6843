import * as z from "zod";

/** `manifest.json` of a cloud assembly, as far as it is read: which stacks there are, and in what order they deploy. */
export const ManifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      dependencies: z.array(z.string()).default([]),
      properties: z
        .object({ templateFile: z.string().optional(), stackName: z.string().optional(), file: z.string().optional() })
        .optional(),
    }),
  ),
});

/** `STACK.assets.json`: which file or directory stands behind an object key of the bootstrap bucket. */
export const AssetManifestSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

const ResourceSchema = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});

const OutputSchema = z.object({
  Value: z.unknown(),
  Condition: z.string().optional(),
  Export: z.object({ Name: z.unknown() }).optional(),
});

/** A CloudFormation template, as far as it is read. */
export const TemplateSchema = z.object({
  Resources: z.record(z.string(), ResourceSchema),
  Outputs: z.record(z.string(), OutputSchema).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
});

export type Manifest = z.infer<typeof ManifestSchema>;
export type Template = z.infer<typeof TemplateSchema>;
export type TemplateResource = Template["Resources"][string];
