import fc from "fast-check";
import { expect, it } from "vitest";
import { type Json, jsonBytes } from "../../src/step-functions/language/json.ts";
import type { EventDetails, EventRow } from "../../src/step-functions/runtime/history.ts";
import { HistoryReader, HistoryWriter } from "../../src/step-functions/runtime/history-codec.ts";

const LARGE = Array.from({ length: 50 }, (_unused, index) => ({ index, text: "x".repeat(200) }));

/** Values that have others, large ones among them, in common. */
const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.string({ unit: "grapheme" }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
    fc.constantFrom<Json>(LARGE, ...LARGE.slice(0, 3), { LARGE }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 5 }).map((fields): Json => ({ ...fields })),
  ),
})).value;

const details: fc.Arbitrary<EventDetails | null> = fc.oneof(
  fc.constant(null),
  fc.record({ name: fc.string(), input: values }),
  fc.record({ output: values, parameters: values }),
);

const rows: fc.Arbitrary<EventRow> = fc.tuple(fc.nat(), fc.constant("PassStateExited"), fc.nat(), details);

const textOf = (value: unknown): string => JSON.stringify(value);

it("a history is read as it was written, in pieces, by one writer or by several after each other", () => {
  fc.assert(
    fc.property(fc.array(fc.array(rows, { maxLength: 6 }), { maxLength: 4 }), fc.nat(3), (pieces, restart) => {
      let writer = new HistoryWriter();
      const reader = new HistoryReader();
      const read = pieces.flatMap((piece, index) => {
        if (index === restart) writer = new HistoryWriter(reader.shared);
        return reader.read(writer.write(piece));
      });
      expect(textOf(read)).toBe(textOf(pieces.flat()));
    }),
  );
});

it("a value that many events have is written once, and read as one", () => {
  const write = (count: number): string =>
    new HistoryWriter().write(
      Array.from({ length: count }, (_unused, n): EventRow => [0, "PassStateExited", 0, { output: { LARGE, n } }]),
    );
  expect(write(100).length - write(1).length).toBeLessThan(100 * 150);
  const [first, second] = new HistoryReader().read(write(2)).map(([, , , details]) => Object(details?.["output"]));
  expect(first.LARGE).toEqual(LARGE);
  expect(first.LARGE).toBe(second.LARGE);
});

it("bytes are those of the JSON text, in whatever order values are measured", () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 6 }), (measured) => {
      for (const value of measured) expect(jsonBytes(value)).toBe(Buffer.byteLength(textOf(value)));
    }),
  );
});
