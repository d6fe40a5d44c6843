import { MAX_CHILD_PAGES, PAGE_OF_CHILDREN } from "../aws/child-table.ts";
import type { Services } from "../aws/services.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** Children that lie in the record itself, which most tasks never have more of: they cost one write and no read. */
const IN_RECORD = 20;

/** Notes what a running task starts, before it is started: who sees a child finds it with its parent. */
export interface ChildList {
  /** Resolves once it is noted; at once beyond the first 1,000, which nobody lists. */
  readonly add: (id: string) => Promise<void>;
}

interface Waiting {
  readonly id: string;
  readonly noted: PromiseWithResolvers<void>;
}

/**
 * The children of one attempt. What comes while a write is under way goes with the next, so that a task that starts
 * thousands at once pays for a few writes.
 */
export function createChildList(services: Services, record: TaskRecord): ChildList {
  const { id } = record;
  let inRecord = record.children.length;
  // A page that an earlier attempt began is left as it is: nobody knows how full.
  let page = record.child_pages;
  let onPage = PAGE_OF_CHILDREN;
  let waiting: Waiting[] = [];
  let busy = false;

  const note = async (ids: readonly string[]): Promise<void> => {
    if (inRecord < IN_RECORD) {
      inRecord += ids.length;
      return services.tasks.addChildren(id, ids);
    }
    if (onPage === PAGE_OF_CHILDREN) {
      page += 1;
      onPage = 0;
      await services.tasks.noteChildPages(id, page);
    }
    onPage += ids.length;
    return services.children.add(id, page, ids, services.now());
  };

  const room = (): number => {
    if (inRecord < IN_RECORD) return IN_RECORD - inRecord;
    return onPage < PAGE_OF_CHILDREN ? PAGE_OF_CHILDREN - onPage : PAGE_OF_CHILDREN;
  };
  const isFull = (): boolean => inRecord >= IN_RECORD && onPage >= PAGE_OF_CHILDREN && page >= MAX_CHILD_PAGES;

  const drain = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const batch = isFull() ? waiting : waiting.slice(0, room());
      waiting = waiting.slice(batch.length);
      try {
        if (!isFull()) await note(batch.map((child) => child.id));
        for (const { noted } of batch) noted.resolve();
      } catch (error) {
        for (const { noted } of batch) noted.reject(error);
      }
    }
    busy = false;
  };

  return {
    add: (child) => {
      if (isFull() && !busy) return Promise.resolve();
      const noted = Promise.withResolvers<void>();
      waiting.push({ id: child, noted });
      if (!busy) void drain();
      return noted.promise;
    },
  };
}
