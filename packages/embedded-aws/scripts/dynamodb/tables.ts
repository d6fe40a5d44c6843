/**
 * The tables that the requests are about: one with a hash key alone, one with texts and numbers, one with numbers and
 * bytes.
 */
export const TABLES = [
  {
    TableName: "plain",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: definitions({ pk: "S", g: "S", n: "N" }),
    KeySchema: keys("pk"),
    GlobalSecondaryIndexes: [
      { IndexName: "by-g", KeySchema: keys("g", "n"), Projection: { ProjectionType: "KEYS_ONLY" } },
      { IndexName: "by-n", KeySchema: keys("n"), Projection: { ProjectionType: "ALL" } },
    ],
  },
  {
    TableName: "ranged",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: definitions({ pk: "S", sk: "N", g: "S", n: "N" }),
    KeySchema: keys("pk", "sk"),
    LocalSecondaryIndexes: [{ IndexName: "own-g", KeySchema: keys("pk", "g"), Projection: { ProjectionType: "ALL" } }],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-g",
        KeySchema: keys("g", "n"),
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["a", "m"] },
      },
    ],
  },
  {
    TableName: "binary",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: definitions({ pk: "N", sk: "B" }),
    KeySchema: keys("pk", "sk"),
  },
] as const;

function definitions(types: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

function keys(hash: string, range?: string): readonly object[] {
  const first = { AttributeName: hash, KeyType: "HASH" };
  return range === undefined ? [first] : [first, { AttributeName: range, KeyType: "RANGE" }];
}
