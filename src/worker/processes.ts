import { readFileSync } from "node:fs";

/** The processes that `pid` started, and those that they started; none where the system has no /proc (macOS). */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [...descendantsOf(child), child]);
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text
      .split(" ")
      .filter((part) => part !== "")
      .map(Number);
  } catch {
    return [];
  }
}

/** Resident memory of a process, MB: what it has, and the most that it ever had. */
export interface ResidentMemory {
  readonly now: number;
  readonly peak: number;
}

/** The memory of a process; null where there is none, or the system has no /proc (macOS). */
export function memoryOf(pid: number | undefined): ResidentMemory | null {
  if (pid === undefined) return null;
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    const megabytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) / 1024;
    const now = megabytes("VmRSS");
    const peak = megabytes("VmHWM");
    return Number.isNaN(now) ? null : { now, peak: Number.isNaN(peak) ? now : peak };
  } catch {
    return null;
  }
}
