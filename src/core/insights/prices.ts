/** Where the prices below are from. Prices of other regions differ by some percent; the free tier is left out. */
export const PRICE_LIST = {
  source: "AWS price pages: us-east-1, on demand, without the free tier",
  date: "2026-11-22",
} as const;

/** USD for one, unless the name says for what. */
export const PRICES = {
  /** A request to a REST API, below 333 million a month. */
  apiRequest: 3.5e-6,
  /** An invocation. */
  invocation: 0.2e-6,
  /** A second of 1,024 MB on arm64. */
  gbSecond: 1.33334e-5,
  /** A request to a standard queue, each 64 KB; ten messages of one batch are one. */
  sqsRequest: 0.4e-6,
  /** On top, for a message with a group (fair queues). */
  sqsFair: 0.1e-6,
  /** A write of up to 1 KB. */
  write: 0.625e-6,
  /** A strongly consistent read of up to 4 KB; an eventually consistent one is half. */
  read: 0.125e-6,
  /** A PUT to S3, and a GET. */
  put: 5e-6,
  get: 0.4e-6,
  /** A state transition of a standard workflow. */
  transition: 2.5e-5,
  /** A GB that CloudWatch Logs takes in. */
  logGb: 0.5,
  /** A trace that X-Ray records. */
  trace: 5e-6,
  /** A month of one custom metric; hours without data cost nothing. */
  metricMonth: 0.3,
  /** A month of one metric that an alarm reads. */
  alarmMonth: 0.1,
  /** A month of a dashboard; an account's first three are free. */
  dashboardMonth: 3,
} as const;
