/** What an app is made with: the versions that Celeriac itself is tested with. */
export const VERSIONS = {
  "@types/node": "24.19.2",
  "aws-cdk": "2.1148.1",
  "aws-cdk-lib": "2.276.0",
  constructs: "10.8.1",
  node: "24.21.0",
  typescript: "7.0.2",
  vitest: "5.1.1",
  zod: "4.6.7",
} as const;
