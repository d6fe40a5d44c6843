import { describe, expect, it } from "vitest";
import { EVENTS, attributes, harness } from "./harness.ts";

const KEY = attributes({ pk: "a", sk: 1 });

function events() {
  const all = harness();
  all.ask("CreateTable", EVENTS);
  const update = (UpdateExpression: string, values?: object, more: object = {}) =>
    all.ask("UpdateItem", {
      TableName: "events",
      Key: KEY,
      UpdateExpression,
      ...(values && { ExpressionAttributeValues: values }),
      ReturnValues: "ALL_NEW",
      ...more,
    }).Attributes;
  const put = (values: object, more: object = {}) =>
    all.ask("PutItem", { TableName: "events", Item: { ...KEY, ...values }, ...more });
  const get = (more: object = {}) => all.ask("GetItem", { TableName: "events", Key: KEY, ...more });
  const refused = (operation: string, more: object) =>
    all.refusal(operation, { TableName: "events", ...(operation === "PutItem" ? {} : { Key: KEY }), ...more });
  return { ...all, update, put, get, refused };
}

describe("items of DynamoDB", () => {
  it("are given back with their numbers written plainly and exactly", () => {
    const { put, get } = events();
    put({
      n: { N: "1.50e2" },
      deep: { L: [{ M: { x: { N: "-0.0010" } } }] },
      big: { N: "12345678901234567890123456789012345678" },
    });
    expect(get().Item).toEqual({
      ...KEY,
      n: { N: "150" },
      deep: { L: [{ M: { x: { N: "-0.001" } } }] },
      big: { N: "12345678901234567890123456789012345678" },
    });
  });

  it("keep attributes with the names of what every object inherits", () => {
    const { put, get, update } = events();
    put(JSON.parse('{"__proto__":{"S":"p"},"constructor":{"S":"c"}}'));
    expect(Object.entries(get().Item ?? {})).toContainEqual(["__proto__", { S: "p" }]);
    const names = { ExpressionAttributeNames: { "#t": "toString" } };
    expect(update("SET x = if_not_exists(#t, :v)", { ":v": { N: "1" } }, names)).toMatchObject({ x: { N: "1" } });
  });

  it("do not change in an answer that was given before a write", () => {
    const { dynamo, put, update } = events();
    put({ list: { L: [{ N: "1" }] }, map: { M: { a: { S: "old" } } } });
    const before = dynamo.execute("GetItem", { TableName: "events", Key: KEY });
    const text = JSON.stringify(before);
    update(
      "SET #l[0] = :v, #m.a = :v ADD n :v REMOVE x",
      { ":v": { N: "2" } },
      { ExpressionAttributeNames: { "#l": "list", "#m": "map" } },
    );
    expect(JSON.stringify(before)).toBe(text);
  });

  it.each([
    ["more than 400 KB", { text: { S: "x".repeat(410_000) } }, "Item size has exceeded the maximum allowed size"],
    ["an empty key", { pk: { S: "" } }, "empty string value. Key: pk"],
    ["a key of another type", { sk: { S: "1" } }, "Type mismatch for key sk expected: N actual: S"],
    [
      "a long key",
      { pk: { S: "x".repeat(2_049) } },
      "Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ],
    [
      "an index's key of another type",
      { owner: { N: "1" } },
      "Type mismatch for Index Key owner Expected: S Actual: N",
    ],
    ["an empty set", { s: { SS: [] } }, "An string set  may not be empty"],
    ["a set with a member twice", { s: { NS: ["1", "1.0"] } }, "Input collection contains duplicates"],
    ["39 digits", { n: { N: "1".repeat(39) } }, "Attempting to store more than 38 significant digits in a Number"],
    ["a number that is too large", { n: { N: "1e126" } }, "Number overflow"],
    ["no number", { n: { N: "one" } }, "The parameter cannot be converted to a numeric value: one"],
    ["two types", { n: { N: "1", S: "1" } }, "more than one datatypes set"],
    ["no type", { n: {} }, "Supplied AttributeValue is empty"],
    ["33 levels", { n: nested(33) }, "Nesting Levels have exceeded supported limits"],
  ])("are refused with %s", (_, values, message) => {
    const { refusal } = events();
    const error = refusal("PutItem", { TableName: "events", Item: { ...KEY, ...values } });
    expect(error.code).toBe("ValidationException");
    expect(error.message).toContain(message);
  });

  it("refuse parameters of before 2014, and unknown ones, by their names", () => {
    const { refused } = events();
    expect(refused("GetItem", { AttributesToGet: ["a"] }).message).toContain("AttributesToGet is a legacy parameter");
    expect(refused("PutItem", { Expected: {} }).message).toContain("Use ConditionExpression");
    expect(refused("UpdateItem", { Colour: 1 }).message).toContain("Colour");
    expect(refused("RestoreTableFromBackup", {}).code).toBe("UnknownOperationException");
  });
});

describe("conditions of DynamoDB", () => {
  it("give the item that stands in the way where that is asked for", () => {
    const { put, refused } = events();
    put({ a: { S: "here" } });
    const write = { Item: { ...KEY }, ConditionExpression: "attribute_not_exists(pk)" };
    expect(refused("PutItem", write)).toMatchObject({ code: "ConditionalCheckFailedException", details: {} });
    const told = refused("PutItem", { ...write, ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    expect(told.details).toEqual({ Item: { ...KEY, a: { S: "here" } } });
  });

  it.each([
    ["n BETWEEN :one AND :three", true],
    ["n IN (:one, :three)", false],
    ["begins_with(t, :te) AND contains(t, :ex)", true],
    ["contains(s, :te) OR size(l) = :three", true],
    ["NOT (attribute_type(t, :type) AND n <> :one)", false],
    ["l[1].x = :te", true],
    ["absent <> :one", true],
    ["absent < :one", false],
    ["t > :one", false],
    ["size(t) >= :three", true],
  ])("hold or do not: %s", (ConditionExpression, holds) => {
    const { put, refused, ask } = events();
    put({
      n: { N: "2" },
      t: { S: "text" },
      s: { SS: ["te", "b"] },
      l: { L: [{ N: "1" }, { M: { x: { S: "te" } } }, { N: "3" }] },
    });
    const all = {
      ":one": { N: "1" },
      ":three": { N: "3" },
      ":te": { S: "te" },
      ":ex": { S: "ex" },
      ":type": { S: "S" },
    };
    const used = Object.entries(all).filter(([name]) => ConditionExpression.includes(name));
    const values = used.length > 0 ? { ExpressionAttributeValues: Object.fromEntries(used) } : {};
    const write = { Key: KEY, ConditionExpression, ...values };
    // With the other write, one of the two is refused, and which says whether the condition holds.
    const other = { ...write, ConditionExpression: `NOT (${ConditionExpression})` };
    expect(refused("DeleteItem", holds ? other : write).code).toBe("ConditionalCheckFailedException");
    expect(ask("DeleteItem", { TableName: "events", ...(holds ? write : other) })).toEqual({});
  });

  it.each([
    ["a = :v AND", 'Invalid ConditionExpression: Syntax error; token: "<EOF>"'],
    ["a = :w", "An expression attribute value used in expression is not defined; attribute value: :w"],
    ["#a = :v", "An expression attribute name used in the document path is not defined; attribute name: #a"],
    ["name = :v", "Attribute name is a reserved keyword; reserved keyword: name"],
    ["about(a, :v)", "Invalid function name; function: about"],
    ["size(a, :v) = :v", "Incorrect number of operands for operator or function"],
    ["attribute_exists(:v)", "Operator or function requires a document path"],
    [
      "begins_with(a, :v)",
      "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
    ],
    ["a = a OR a = :v", "The first operand must be distinct from the remaining operands"],
    ["attribute_exists(a)", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"],
    ["", "Invalid ConditionExpression: The expression can not be empty;"],
  ])("are refused where they are wrong: %j", (ConditionExpression, message) => {
    const { refused } = events();
    const values = { ExpressionAttributeValues: { ":v": { N: "1" } } };
    const error = refused("DeleteItem", { ConditionExpression, ...values });
    expect(error.code).toBe("ValidationException");
    expect(error.message).toContain(message);
  });
});

describe("updates of DynamoDB", () => {
  it("make an item that is not there", () => {
    expect(events().update("ADD n :one SET a = :one", { ":one": { N: "1" } })).toEqual({
      ...KEY,
      n: { N: "1" },
      a: { N: "1" },
    });
  });

  it("take all operands from the item as it was", () => {
    const { put, update } = events();
    put({ a: { N: "1" }, b: { N: "2" } });
    expect(update("SET a = b, b = a")).toMatchObject({ a: { N: "2" }, b: { N: "1" } });
  });

  it("reckon exactly", () => {
    const { put, update } = events();
    put({ n: { N: "0.1" }, big: { N: "9007199254740993" } });
    expect(update("SET n = n + :x, big = big - :y", { ":x": { N: "0.2" }, ":y": { N: "0.5" } })).toMatchObject({
      n: { N: "0.3" },
      big: { N: "9007199254740992.5" },
    });
  });

  it("change lists and sets", () => {
    const { put, update } = events();
    put({ l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }] }, s: { SS: ["a", "b"] }, gone: { NS: ["1"] } });
    const values = { ":x": { S: "x" }, ":y": { S: "y" }, ":c": { SS: ["b", "c"] }, ":one": { NS: ["1"] } };
    expect(update("SET l[9] = :y, l[7] = :x REMOVE l[0], l[2] ADD s :c DELETE gone :one", values)).toEqual({
      ...KEY,
      l: { L: [{ N: "1" }, { S: "x" }, { S: "y" }] },
      s: { SS: ["a", "b", "c"] },
    });
  });

  it("remove no place that the list did not have before", () => {
    const { put, update } = events();
    put({ l: { L: [] } });
    expect(update("SET l[2] = :x REMOVE l[0]", { ":x": { S: "x" } })).toMatchObject({ l: { L: [{ S: "x" }] } });
  });

  it("give what they changed, before or after", () => {
    const { put, update } = events();
    put({ a: { S: "old" }, m: { M: { x: { N: "1" }, y: { N: "2" } } } });
    const values = { ":v": { S: "new" } };
    expect(update("SET a = :v, m.x = :v", values, { ReturnValues: "UPDATED_NEW" })).toEqual({
      a: { S: "new" },
      m: { M: { x: { S: "new" } } },
    });
    expect(update("REMOVE a", undefined, { ReturnValues: "UPDATED_OLD" })).toEqual({ a: { S: "new" } });
    expect(update("SET b = :v", values, { ReturnValues: "UPDATED_OLD" })).toBeUndefined();
  });

  it.each([
    ["SET pk = :n", "Cannot update attribute pk. This attribute is part of the key"],
    ["SET a.b = :n", "The document path provided in the update expression is invalid for update"],
    ["SET a = :n, a.b = :n", "Two document paths overlap with each other"],
    ["SET a[0] = :n, a.b = :n", "Two document paths conflict with each other"],
    ["SET a = absent + :n", "The provided expression refers to an attribute that does not exist in the item"],
    ["SET a = text + :n", "An operand in the update expression has an incorrect data type"],
    ["SET a = :n SET b = :n", 'The "SET" section can only be used once in an update expression;'],
    ["SET a = size(:n)", "The function is not allowed in an update expression; function: size"],
    ["DELETE a :n", "operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"],
    ["SET owner = :n", "Type mismatch for Index Key owner"],
    ["SET a = list_append(:n, :n)", "operator or function: list_append, operand type: N"],
  ])("are refused where they are wrong, and leave the item as it was: %s", (UpdateExpression, message) => {
    const { put, get, refused } = events();
    put({ text: { S: "text" } });
    const expression = UpdateExpression.replace(/text|owner/, "#$&");
    const used = Object.entries({ "#text": "text", "#owner": "owner" }).filter(([name]) => expression.includes(name));
    const names = used.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(used) } : {};
    const error = refused("UpdateItem", {
      UpdateExpression: expression,
      ...names,
      ExpressionAttributeValues: { ":n": { N: "1" } },
    });
    expect(error.code).toBe("ValidationException");
    expect(error.message).toContain(message);
    expect(get().Item).toEqual({ ...KEY, text: { S: "text" } });
  });
});

describe("projections of DynamoDB", () => {
  it("pick paths, and close the gaps of lists", () => {
    const { put, get } = events();
    put({ m: { M: { x: { N: "1" }, y: { N: "2" } } }, l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }] } });
    expect(get({ ProjectionExpression: "m.y, l[2], l[0], absent.x" }).Item).toEqual({
      m: { M: { y: { N: "2" } } },
      l: { L: [{ N: "0" }, { N: "2" }] },
    });
  });
});

function nested(levels: number): object {
  return levels === 0 ? { S: "x" } : { L: [nested(levels - 1)] };
}
