/** What DynamoDB allows, in bytes and counts, from the quotas in its developer guide. */
export const LIMITS = {
  itemBytes: 400 * 1024,
  hashKeyBytes: 2_048,
  rangeKeyBytes: 1_024,
  pageBytes: 1024 * 1024,
  batchGetBytes: 16 * 1024 * 1024,
  transactionBytes: 4 * 1024 * 1024,
  batchGetItems: 100,
  batchWriteItems: 25,
  transactionItems: 100,
  nesting: 32,
  expressionBytes: 4_096,
  globalIndexes: 20,
  localIndexes: 5,
  segments: 1_000_000,
  tags: 50,
} as const;

/** Milliseconds for which a transaction's token is remembered. */
export const TOKEN_LIFETIME = 10 * 60 * 1_000;
