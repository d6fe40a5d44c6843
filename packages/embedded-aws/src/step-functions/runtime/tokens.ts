import { randomBytes, randomUUID } from "node:crypto";

/** What became of a token: its task, or why there is none, in the terms of the SendTask calls' errors. */
export type TokenLookup<Task> =
  | { readonly kind: "waiting"; readonly task: Task }
  /** It was answered, its task timed out, or its execution or branch has ended. */
  | { readonly kind: "over" }
  /** It has a token's form but wasn't issued here, for example before a restart. */
  | { readonly kind: "unknown" }
  | { readonly kind: "malformed" };

const FORM = /^AQDE(?<issuer>[\da-f]{24})(?<serial>[\da-z]{10})[\da-f]{32}$/u;

/** Issues task tokens and finds the tasks that wait for them. Tokens that are over take no memory. */
export class Tokens<Task> {
  readonly #issuer = randomBytes(12).toString("hex");
  readonly #waiting = new Map<string, Task>();
  #issued = 0;

  issue(): string {
    this.#issued += 1;
    const serial = this.#issued.toString(36).padStart(10, "0");
    return `AQDE${this.#issuer}${serial}${randomUUID().replaceAll("-", "")}`;
  }

  wait(token: string, task: Task): void {
    this.#waiting.set(token, task);
  }

  forget(token: string): void {
    this.#waiting.delete(token);
  }

  find(token: string): TokenLookup<Task> {
    const task = this.#waiting.get(token);
    if (task !== undefined) return { kind: "waiting", task };
    const parts = FORM.exec(token)?.groups;
    if (parts === undefined) return { kind: "malformed" };
    const issuedHere = parts["issuer"] === this.#issuer && Number.parseInt(parts["serial"] ?? "", 36) <= this.#issued;
    return { kind: issuedHere ? "over" : "unknown" };
  }
}
