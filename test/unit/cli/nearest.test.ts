import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { completionOf } from "../../../cli/commands/completion.ts";
import { nearest } from "../../../cli/nearest.ts";
import { createProgram } from "../../../cli/program.ts";

const NAMES = ["math.add", "math.mul", "probe.identity", "documents.process"];

describe("a name that is none", () => {
  it("is told which may have been meant, the nearest first", () => {
    expect(nearest("math.ad", NAMES)).toEqual(["math.add"]);
    expect(nearest("math.xdd", ["math.mud", ...NAMES])).toEqual(["math.add", "math.mud", "math.mul"]);
    expect(nearest("probe.identify", NAMES)).toEqual(["probe.identity"]);
    expect(nearest("add", NAMES)).toEqual(["math.add"]);
    expect(nearest("reports.nightly", NAMES)).toEqual([]);
  });
});

describe("completion", () => {
  const program = createProgram(new AbortController().signal);

  it("knows every command and its flags, in each shell", () => {
    for (const shell of ["bash", "zsh", "fish"] as const) {
      const text = completionOf(program, shell);
      for (const { name } of program.commands.map((command) => ({ name: command.name() })))
        expect(text).toContain(name);
      expect(text).toContain(shell === "fish" ? "-l follow" : "--follow");
    }
    expect(completionOf(program, "bash")).toContain("complete -o default -F _celeriac celeriac");
  });

  it("knows what an argument may be", () => {
    expect(completionOf(program, "bash")).toMatch(/ {4}completion\) words="bash zsh fish /);
  });

  it("of bash gives what begins as the word does", () => {
    const ask = (...words: string[]): string[] => {
      const script = `${completionOf(program, "bash")}
COMP_WORDS=(celeriac ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
_celeriac; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
    };
    expect(ask("re")).toEqual(expect.arrayContaining(["result", "retry", "revoke", "resume", "redrive", "report"]));
    expect(ask("logs", "--fo")).toEqual(["--follow"]);
    expect(ask("schedules", "pa")).toEqual(["pause"]);
  });
});
