/** The stages that the tests synthesize, as cdk.json would say them. */
export const STAGES = {
  local: { auth: "none", gatewayLogRole: false },
  dev: { recordRetentionDays: 3, logRetentionDays: 14, emailSender: "tasks@example.com" },
  prod: { resources: "retain", modulesOff: ["probe"], waitConcurrency: 50 },
  mailed: { alarmEmail: "ops@example.com", tags: { team: "tasks" } },
};
