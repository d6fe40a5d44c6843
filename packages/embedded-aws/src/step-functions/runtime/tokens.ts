import { randomBytes, randomUUID } from "node:crypto";
import * as z from "zod";
import type { Collection, Storage } from "../../storage/storage.ts";
import { COLLECTIONS, jsonOf } from "./stored-forms.ts";

/** What became of a token: its task, or why there is none, in the terms of the SendTask calls' errors. */
export type TokenLookup<Task> =
  | { readonly kind: "waiting"; readonly task: Task }
  /** It was answered, its task timed out, or its execution or branch has ended. */
  | { readonly kind: "over" }
  /** It has a token's form but was not issued here, for example before a restart without a data directory. */
  | { readonly kind: "unknown" }
  | { readonly kind: "malformed" };

const FORM = /^AQDE(?<issuer>[\da-f]{24})(?<serial>[\da-z]{10})[\da-f]{32}$/u;

/** Serials that are written down as issued before they are, so that one write serves for many tokens. */
const BLOCK = 1000;

const KEY = "issuer";
const StoredIssuer = z.object({ issuer: z.string(), reserved: z.number() });

/** Issues task tokens and finds the tasks that wait for them. Tokens that are over take no memory. */
export class Tokens<Task> {
  readonly #collection: Collection;
  readonly #issuer: string;
  readonly #waiting = new Map<string, Task>();
  #issued: number;
  #reserved: number;

  constructor(storage: Storage) {
    this.#collection = storage.collection(COLLECTIONS.tokens);
    const [entry] = this.#collection.entries();
    const stored = entry === undefined ? undefined : StoredIssuer.parse(jsonOf(entry[1]));
    this.#issuer = stored?.issuer ?? randomBytes(12).toString("hex");
    this.#reserved = stored?.reserved ?? 0;
    this.#issued = this.#reserved;
  }

  issue(): string {
    this.#issued += 1;
    if (this.#issued > this.#reserved) this.#reserve();
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

  #reserve(): void {
    this.#reserved += BLOCK;
    this.#collection.put(KEY, JSON.stringify({ issuer: this.#issuer, reserved: this.#reserved }));
  }
}
