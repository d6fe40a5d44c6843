import { ServiceError } from "../json-service.ts";
import type { Storage } from "../storage/storage.ts";
import { TOKEN_LIFETIME } from "./limits.ts";
import type { Tokens } from "./operations/transact.ts";

/** Tokens of transactions, kept for ten minutes. @param now milliseconds since 1970 */
export function createTokens(storage: Storage, now: () => number): Tokens & { readonly forget: () => void } {
  const kept = storage.collection("dynamodb/tokens");
  const tokens = new Map<string, { readonly content: string; readonly at: number }>();
  for (const [token, text] of kept.entries()) {
    const [at = "", content = ""] = String(text).split(" ");
    tokens.set(token, { content, at: Number(at) });
  }
  const isOver = (at: number): boolean => at < now() - TOKEN_LIFETIME;
  return {
    isDone: (token, content) => {
      const found = tokens.get(token);
      if (found === undefined || isOver(found.at)) return false;
      if (found.content === content) return true;
      const message = "The ClientRequestToken was used with other parameters within the last ten minutes";
      throw new ServiceError("IdempotentParameterMismatchException", message);
    },
    done: (token, content) => {
      const at = now();
      tokens.set(token, { content, at });
      kept.put(token, `${at} ${content}`);
    },
    forget: () => {
      for (const [token, { at }] of tokens) {
        if (!isOver(at)) continue;
        tokens.delete(token);
        kept.remove(token);
      }
    },
  };
}
