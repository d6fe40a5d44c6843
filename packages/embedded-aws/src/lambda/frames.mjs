// The frames that host and environment speak in over their socket pair. Plain JavaScript, since the bootstrap loads it.
// A frame: 4 bytes length of what follows, 1 byte kind, 4 bytes id, 4 bytes length of the head, the head as JSON, the
// body.

/** What a frame is. The first ones are the Runtime API's, the others calls to AWS and their answers. */
export const KIND = {
  /** Host: an invocation. Head: `requestId`, `deadline`. Body: the event. */
  INVOKE: 1,
  /** Environment: the handler is loaded. */
  READY: 2,
  /** Environment: an invocation's answer. */
  RESPONSE: 3,
  /** Environment: an invocation's error document. */
  ERROR: 4,
  /** Environment: the handler could not be loaded. Body: the error document. */
  INIT_ERROR: 5,
  /**
   * Environment: nobody caught an error, so that it ends. Id: the invocation that it came from, 0 where none can be
   * told.
   */
  CRASH: 6,
  /** Environment: a call to AWS. Head: `service`, `target`. */
  CALL: 7,
  /** Host: the answer to a call. Head: `status`, `headers`; or `lost`. */
  REPLY: 8,
  /**
   * Environment: wants to know when an item of DynamoDB has one of some attributes. Head: `TableName`, `Key`,
   * `Attributes`, `Milliseconds` to wait at the most. The answer is a REPLY.
   */
  AWAIT: 9,
};

const PREFIX = 13;
const NO_HEAD = "null";

/** One frame as bytes. `body` is text or bytes. */
export function encodeFrame(kind, id, head, body) {
  const headText = head === null ? NO_HEAD : JSON.stringify(head);
  const headLength = Buffer.byteLength(headText);
  const bodyLength = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(PREFIX + headLength + bodyLength);
  frame.writeUInt32BE(PREFIX - 4 + headLength + bodyLength, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32BE(id, 5);
  frame.writeUInt32BE(headLength, 9);
  frame.write(headText, PREFIX);
  if (typeof body === "string") frame.write(body, PREFIX + headLength);
  else frame.set(body, PREFIX + headLength);
  return frame;
}

/**
 * Writes frames to a socket, those of one turn of the event loop in one piece: each write is a system call that wakes the
 * other side, which took 42 % of the host's time under load.
 */
export function createFrameWriter(socket) {
  let corked = false;
  const flush = () => {
    corked = false;
    socket.uncork();
  };
  return (kind, id, head, body, written) => {
    if (!corked) {
      corked = true;
      socket.cork();
      setImmediate(flush);
    }
    socket.write(encodeFrame(kind, id, head, body), written);
  };
}

/** Takes bytes as they come, and calls back for each whole frame. */
export function createFrameReader(onFrame) {
  let chunks = [];
  let length = 0;
  // Bytes that the next step takes: large frames are put together once, not with every chunk.
  let wanted = 4;

  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < wanted) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, length);
    for (;;) {
      wanted = bytes.length < 4 ? 4 : 4 + bytes.readUInt32BE(0);
      if (bytes.length < wanted) break;
      const headEnd = PREFIX + bytes.readUInt32BE(9);
      const head = JSON.parse(bytes.toString("utf8", PREFIX, headEnd));
      onFrame(bytes[4], bytes.readUInt32BE(5), head, bytes.subarray(headEnd, wanted));
      bytes = bytes.subarray(wanted);
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    length = bytes.length;
  };
}
