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
});
