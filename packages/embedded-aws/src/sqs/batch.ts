import { ServiceError } from "../json-service.ts";
import { queryCodeOf } from "./errors.ts";

/** Entries of one batch (SQS quota). */
const MAX_ENTRIES = 10;

const ENTRY_ID = /^[\w-]{1,80}$/;

/** What a batch answers. Neither member is there where it would be empty. */
interface BatchAnswer {
  readonly Successful?: readonly object[];
  readonly Failed?: readonly object[];
}

/**
 * Does something for each entry of a batch; each succeeds or fails on its own.
 * @throws ServiceError where the batch is none: no entries, too many, ids that are wrong or the same
 */
export function batch<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  act: (entry: Omit<Entry, "Id">) => object,
): BatchAnswer {
  checkBatch(entries);
  const successful: object[] = [];
  const failed: object[] = [];
  for (const { Id, ...entry } of entries) {
    try {
      successful.push({ Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({ Id, SenderFault: true, Code: queryCodeOf(error.code), Message: error.message });
    }
  }
  return {
    ...(successful.length > 0 && { Successful: successful }),
    ...(failed.length > 0 && { Failed: failed }),
  };
}

function checkBatch(entries: readonly { readonly Id: string }[]): void {
  if (entries.length === 0) {
    throw new ServiceError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > MAX_ENTRIES) {
    const detail = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    throw new ServiceError("TooManyEntriesInBatchRequest", detail);
  }
  const ids = new Set<string>();
  for (const { Id } of entries) {
    if (!ENTRY_ID.test(Id)) {
      const detail =
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
      throw new ServiceError("InvalidBatchEntryId", detail);
    }
    if (ids.has(Id)) throw new ServiceError("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    ids.add(Id);
  }
}
