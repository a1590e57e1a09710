import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ChiquitoError, commandName, version } from '../core/index.js'
import { printError } from './output.js'
import { createShell, type Shell, type ShellFlags } from './shell.js'
import { exitCodes, type System } from './system.js'

/** Adds one command to the program. Its action calls `shell.run`. */
export type RegisterCommand = (program: Command, shell: Shell) => void

/** Ends a command's help with examples, each a line as one would type it. */
export function addExamples(command: CommandUnknownOpts, examples: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${examples.map(line => `  ${line}`).join('\n')}`)
}

/**
 * Runs the command line once.
 *
 * @param args - what stands behind `chiquito`
 * @returns the exit code; everything is printed by then
 */
export async function runProgram(
  args: readonly string[],
  commands: readonly RegisterCommand[],
  system: System,
): Promise<number> {
  const flags: ShellFlags = { json: asksForJson(args), quiet: false }
  // Where output cannot be written, the write itself says so; the streams' own events must only not go uncaught.
  for (const stream of [system.stdout, system.stderr]) stream.on('error', () => {})
  let exitCode: number = exitCodes.done
  const shell = createShell(system, flags, code => {
    exitCode = code
  })
  const program = assemble(commands, shell, flags, system)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    // No command at all: the help is on standard error by now.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage
    const options = { system, json: flags.json, version: version(), hint: hintFor(program, args) }
    return printError(ours(error), options)
  }
}

function assemble(
  commands: readonly RegisterCommand[],
  shell: Shell,
  flags: ShellFlags,
  system: System,
): Command {
  const program: Command = new Command('chiquito')
  program
    .description(
      'Turn a few hundred photos into an image classifier: one command, one report, one .onnx file.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: text => system.stdout.write(text),
      writeErr: text => system.stderr.write(text),
      // Its errors come out of parseAsync, and are told where all others are.
      outputError: () => {},
    })
    .hook('preAction', (_program, command) => {
      const { json, quiet }: { json?: unknown; quiet?: unknown } = command.opts()
      flags.json = json === true
      flags.quiet = quiet === true
    })
  for (const register of commands) register(program, shell)
  for (const command of program.commands.flatMap(one => [one, ...one.commands]))
    command
      .option('--json', 'print the result as one JSON document on standard output')
      .option('--quiet', 'show no progress')
  return program
}

/** Commander's complaints in our own form. */
function ours(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  const [first, ...others] = error.message.replace(/^error: /, '').split('\n')
  return new ChiquitoError('usage', [first.endsWith('.') ? first : `${first}.`, ...others].join('\n'), {
    cause: error,
  })
}

function hintFor(program: Command, args: readonly string[]): string {
  const command = program.commands.find(candidate => candidate.name() === args[0])
  return `"${commandName()} ${command ? `${command.name()} ` : ''}--help" says what there is.`
}

/** Asked before parsing, as parsing may fail. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).includes('--json')
}
