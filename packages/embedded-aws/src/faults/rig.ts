import { createHash, randomInt } from "node:crypto";
import { FAULTS } from "./settings.ts";
import type { Fault, FaultSettings } from "./settings.ts";

/** What is injected, and what was. */
export interface FaultReport {
  /** With the seed, given or not: with it the run can be repeated, as far as concurrency lets it. */
  readonly faults: FaultSettings;
  /** How often each fault was injected since the start of the run. */
  readonly injected: Readonly<Record<string, number>>;
}

/** Decides which faults happen when. */
export interface FaultRig {
  /** True if the fault is to happen now; then it is counted. */
  readonly strikes: (fault: Fault) => boolean;
  /** A number from 0 to below 1, the next of the fault's own sequence. */
  readonly chance: (fault: Fault) => number;
  readonly settings: () => FaultSettings;
  /** Replaces the settings. Sequences start over, counts go on. */
  readonly set: (settings: FaultSettings) => void;
  readonly report: () => FaultReport;
}

/** A rig that injects nothing unless it is told to. */
export function createFaultRig(initial: FaultSettings = {}): FaultRig {
  let settings: FaultSettings = {};
  let drawn = new Map<Fault, number>();
  const injected = Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, 0]));

  // Each fault has a sequence of its own: one that is asked for more often does not shift the others.
  function chance(fault: Fault): number {
    const count = drawn.get(fault) ?? 0;
    drawn.set(fault, count + 1);
    const digest = createHash("sha256").update(`${settings.seed}/${fault}/${count}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  }

  function strikes(fault: Fault): boolean {
    const probability = settings[fault] ?? 0;
    if (probability === 0 || chance(fault) >= probability) return false;
    injected[fault] = (injected[fault] ?? 0) + 1;
    return true;
  }

  function set(next: FaultSettings): void {
    settings = { ...next, seed: next.seed ?? randomInt(2 ** 31) };
    drawn = new Map();
  }

  set(initial);
  return {
    strikes,
    chance,
    settings: () => settings,
    set,
    report: () => ({ faults: settings, injected: { ...injected } }),
  };
}
