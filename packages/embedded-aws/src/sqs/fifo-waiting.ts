import type { Entry } from "./entry.ts";
import { Heap } from "./heap.ts";
import { LINE_ORDER, Line } from "./line.ts";
import type { Waiting } from "./waiting.ts";

/**
 * A FIFO queue's order: by sequence number within a group, and none of a group while any of it is in flight. A call
 * receives as many as it can of one group before it goes on to the next.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export function createFifoWaiting(): Waiting {
  const lines = new Map<string, Line>();
  /** The lines that a message can be received from. */
  const free = new Heap<Line>(LINE_ORDER);
  /** The group that this call of ReceiveMessage has begun with. */
  let open: Line | null = null;
  let size = 0;
  /** Messages in the lines of `free`, and in the open one. */
  let ready = 0;

  function lineOf(entry: Entry): Line {
    const group = entry.message.messageGroupId ?? "";
    let line = lines.get(group);
    if (line === undefined) lines.set(group, (line = new Line(group)));
    return line;
  }

  /** Changes a line, and sees to it that it stands where it belongs afterwards. */
  function change(line: Line, act: () => void): void {
    if (line.place >= 0) {
      free.remove(line);
      ready -= line.size;
    }
    act();
    if (line === open) return;
    if (line.size > 0 && line.inFlight === 0) {
      free.add(line);
      ready += line.size;
    } else if (line.size === 0 && line.inFlight === 0) lines.delete(line.group);
  }

  function add(entry: Entry): void {
    entry.order = Number(entry.message.sequenceNumber);
    size += 1;
    const line = lineOf(entry);
    change(line, () => line.add(entry));
  }

  function remove(entry: Entry): void {
    const { line } = entry;
    if (line === null) return;
    size -= 1;
    change(line, () => line.remove(entry));
  }

  function close(): void {
    const line = open;
    open = null;
    if (line !== null) change(line, () => {});
  }

  function next(): Entry | undefined {
    if (open === null || open.first === null) {
      close();
      const line = free.first();
      if (line === undefined) return undefined;
      free.remove(line);
      ready -= line.size;
      open = line;
    }
    const entry = open.first;
    if (entry === null) return undefined;
    size -= 1;
    open.remove(entry);
    return entry;
  }

  return {
    size: () => size,
    ready: () => ready,
    add,
    remove,
    next,
    end: close,
    received: (entry) => {
      lineOf(entry).inFlight += 1;
    },
    left: (entry) => {
      const line = lineOf(entry);
      change(line, () => (line.inFlight -= 1));
    },
  };
}
