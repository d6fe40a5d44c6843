import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { examples } from "../help.ts";

/** Shells that completion is written for. */
const SHELLS = ["bash", "zsh", "fish"] as const;

type Shell = (typeof SHELLS)[number];

/** What there is to complete: each command with its own commands and flags. */
interface Words {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly string[];
}

/** `celeriac completion bash|zsh|fish`. @param program whose commands are completed */
export function completionCommand(program: () => CommandUnknownOpts) {
  return new Command("completion")
    .summary("completion for bash, zsh or fish")
    .description("Prints what a shell needs to complete commands and flags.")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      examples(
        "completion bash >> ~/.bashrc",
        "completion zsh > ~/.zfunc/_celeriac",
        "completion fish > ~/.config/fish/completions/celeriac.fish",
      ),
    )
    .action((shell) => {
      process.stdout.write(completionOf(program(), shell));
    });
}

/** The completion of a program for a shell. */
export function completionOf(program: CommandUnknownOpts, shell: Shell): string {
  const global = flagsOf(program);
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    words: [
      ...command.commands.map((inner) => inner.name()),
      ...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
      ...flagsOf(command),
      ...global,
    ],
  }));
  if (shell === "bash") return bash(commands, global);
  return shell === "zsh" ? zsh(commands, global) : fish(commands, global);
}

function flagsOf(command: CommandUnknownOpts): string[] {
  return command.options.flatMap(({ long }) => (typeof long === "string" ? [long] : []));
}

function bash(commands: readonly Words[], global: readonly string[]): string {
  const cases = commands.map(({ name, words }) => `    ${name}) words="${words.join(" ")}" ;;`).join("\n");
  return `_celeriac() {
  local words="${[...commands.map(({ name }) => name), ...global].join(" ")}"
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _celeriac celeriac
`;
}

function zsh(commands: readonly Words[], global: readonly string[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", "'\\''")}'`).join("\n");
  const cases = commands.map(({ name, words }) => `    ${name}) compadd -- ${words.join(" ")} ;;`).join("\n");
  return `#compdef celeriac
_celeriac() {
  local -a commands
  commands=(
${described}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- ${global.join(" ")}
    return
  fi
  case "$words[2]" in
${cases}
  esac
  _files
}
# From a file of $fpath this is the body of _celeriac itself, called for the first completion.
if [ "$funcstack[1]" = _celeriac ]; then _celeriac "$@"; else compdef _celeriac celeriac; fi
`;
}

function fish(commands: readonly Words[], global: readonly string[]): string {
  const lines = commands.flatMap(({ name, summary, words }) => [
    `complete -c celeriac -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
    ...words
      .filter((word) => !global.includes(word))
      .map((word) =>
        word.startsWith("--")
          ? `complete -c celeriac -n '__fish_seen_subcommand_from ${name}' -l ${word.slice(2)}`
          : `complete -c celeriac -n '__fish_seen_subcommand_from ${name}' -a ${word}`,
      ),
  ]);
  return `${[...lines, ...global.map((flag) => `complete -c celeriac -l ${flag.slice(2)}`)].join("\n")}\n`;
}
