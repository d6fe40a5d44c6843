import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { KIND, createFrameReader, createFrameWriter } from "../../src/lambda/frames.mjs";

/** A socket that notes each of its writes, as one system call or as several. */
function notingSocket(): { socket: Duplex; writes: Buffer[] } {
  const writes: Buffer[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk);
      done();
    },
    writev: (chunks, done) => {
      writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk)));
      done();
    },
  });
  return { socket, writes };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("frames", () => {
  it("of one turn of the event loop are written in one piece, in their order", async () => {
    const { socket, writes } = notingSocket();
    const write = createFrameWriter(socket);
    write(KIND.CALL, 1, { service: "sqs" }, "one");
    write(KIND.RESPONSE, 2, null, Buffer.from("two"));
    await nextTurn();
    write(KIND.RESPONSE, 3, null, "");
    await nextTurn();
    expect(writes).toHaveLength(2);
    const read: unknown[] = [];
    const take = createFrameReader((kind, id, head, body) => read.push([kind, id, head, body.toString()]));
    for (const bytes of writes) take(bytes);
    expect(read).toEqual([
      [KIND.CALL, 1, { service: "sqs" }, "one"],
      [KIND.RESPONSE, 2, null, "two"],
      [KIND.RESPONSE, 3, null, ""],
    ]);
  });

  it("are told of once they are out", async () => {
    const { socket } = notingSocket();
    await new Promise<void>((resolve) => createFrameWriter(socket)(KIND.CRASH, 0, null, "{}", resolve));
    expect(socket.writableLength).toBe(0);
  });
});
