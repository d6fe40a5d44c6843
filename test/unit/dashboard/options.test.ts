import { describe, expect, it } from "vitest";
import { readOptions } from "../../../dashboard/server/options.ts";

describe("the flags of a stage's dashboard", () => {
  it("name a stage, a URL, or both", () => {
    expect(readOptions(["--stage", "prod"])).toEqual({ stage: "prod", url: undefined, port: 5555 });
    const url = "https://api.example.com/v1";
    expect(readOptions(["--url", url, "--stage", "dev", "--port", "0"])).toEqual({ stage: "dev", url, port: 0 });
    expect(readOptions(["--help"])).toBeNull();
  });

  it.each([
    [[], "Give the stage with --stage NAME, or its API with --url URL."],
    [["--stage", "../x"], '"../x" is no name of a stage.'],
    [["--url", "ftp://x"], '--url needs a URL such as https://api.example.com/v1, got "ftp://x".'],
    [["--stage", "dev", "--port", "x"], '--port needs a port from 0 (any free one) to 65535, got "x".'],
    [["--stag", "dev"], "Unknown option '--stag'. The flags are --stage, --url, --port, --help."],
  ])("are refused in one line: %j", (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
