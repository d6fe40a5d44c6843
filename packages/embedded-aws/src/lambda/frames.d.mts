import type { Writable } from "node:stream";

/** What a frame is, by name. */
export declare const KIND: {
  readonly INVOKE: 1;
  readonly READY: 2;
  readonly RESPONSE: 3;
  readonly ERROR: 4;
  readonly INIT_ERROR: 5;
  readonly CRASH: 6;
  readonly CALL: 7;
  readonly REPLY: 8;
  readonly AWAIT: 9;
};

/** One frame as bytes. `id` is an unsigned integer of 32 bits. */
export declare function encodeFrame(kind: number, id: number, head: object | null, body: string | Uint8Array): Buffer;

/** Writes a frame; `written` is called once it is out. */
export type FrameWriter = (
  kind: number,
  id: number,
  head: object | null,
  body: string | Uint8Array,
  written?: () => void,
) => void;

/** Writes frames to a socket, those of one turn of the event loop in one piece. */
export declare function createFrameWriter(socket: Writable): FrameWriter;

/** Takes bytes as they come, and calls back for each whole frame. The body is a view into what came: copy what is kept. */
export declare function createFrameReader(
  onFrame: (kind: number, id: number, head: unknown, body: Buffer) => void,
): (chunk: Buffer) => void;
