import { type Argument, Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ChiquitoError, commandName, version } from '../core/index.js'
import { listenForInterrupts } from './interrupts.js'
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
  const interrupts = listenForInterrupts(system, () => flags.json)
  const shell = createShell(system, flags, interrupts, code => {
    exitCode = code
  })
  const program = assemble(commands, shell, flags, system)
  try {
    checkWords(program, args)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    interrupts.telling()
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    // No command at all: the help is on standard error by now.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage
    const options = { system, json: flags.json, version: version(), hint: hintFor(program, args) }
    return await printError(ours(error), options)
  } finally {
    interrupts.close()
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
    // A narrower first column leaves room for the second to be wrapped at the width of the terminal.
    .configureHelp({
      subcommandTerm: command => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
    })
    // Commands inside "collect" have options of the same names.
    .enablePositionalOptions()
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
      refuseEmpty(command)
    })
  addExamples(program, [
    'chiquito demo',
    'chiquito studio photos',
    'chiquito train photos --out runs/first',
    'chiquito predict runs/first photo.jpg',
    'chiquito help train',
  ])
  for (const register of commands) register(program, shell)
  for (const command of program.commands.flatMap(one => [one, ...one.commands])) {
    tellTwice(command, message => system.stderr.write(`${message}\n`))
    command
      .option('--json', 'print the result as one JSON document on standard output')
      .option('--quiet', 'show no progress')
  }
  return program
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

/** An empty text is what a script's variable leaves that nobody set; as a folder it would be the one that one stands in. */
function refuseEmpty(command: CommandUnknownOpts): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName())
    if (value === '' || (Array.isArray(value) && value.includes('')))
      throw new ChiquitoError('usage', `option '${option.flags}' is given an empty text.`)
  }
  const empty = command.args.indexOf('')
  if (empty < 0) return
  const argument = command.registeredArguments[Math.min(empty, command.registeredArguments.length - 1)]
  throw new ChiquitoError('usage', `argument '${argument?.name() ?? empty + 1}' is given as an empty text.`)
}

/** Options whose values are or may hold what nobody is to read over a shoulder. */
const secretOptions: ReadonlySet<string> = new Set(['token', 'queue'])

/**
 * Of an option that is given twice the last value counts, as scripts that wrap a command expect; but not without a word,
 * as one of two folders for the result would be passed over.
 */
function tellTwice(command: CommandUnknownOpts, tell: (message: string) => void): void {
  // Parsers that gather several values are given those before.
  const single = command.options.filter(
    option => option.required && !option.variadic && (option.parseArg?.length ?? 1) < 2,
  )
  for (const option of single) {
    let before: string | undefined
    const isSecret = secretOptions.has(option.name())
    command.on(`option:${option.name()}`, (value: string) => {
      if (before !== undefined && before !== value)
        tell(
          isSecret
            ? `--${option.name()} is given twice: the last one counts.`
            : `--${option.name()} is given twice: "${value}" counts, and "${before}" does not.`,
        )
      before = value
    })
  }
}

/**
 * What commander takes without a word: `--out --json` is a forgotten value, no folder called --json (whoever means that
 * writes --out=--json); and help for a command that is none.
 */
function checkWords(program: Command, args: readonly string[]): void {
  const named = (name: string | undefined) => program.commands.find(command => command.name() === name)
  const [first, second] = args
  if (
    first === 'help' &&
    second !== undefined &&
    !second.startsWith('-') &&
    second !== 'help' &&
    !named(second)
  )
    throw new ChiquitoError('usage', `unknown command '${second}'.`)
  const options = named(first)?.options ?? []
  const isOption = (
    word: string,
    { long, short }: { long?: string | undefined; short?: string | undefined },
  ) => word === long || word === short
  const end = args.indexOf('--')
  for (const [i, word] of args.slice(0, end < 0 ? args.length : end).entries()) {
    const option = options.find(one => one.required && isOption(word, one))
    const next = args[i + 1]
    if (!option || next === undefined) continue
    if (['-h', '--help'].includes(next) || options.some(one => isOption(next, one)))
      throw new ChiquitoError(
        'usage',
        `option '${option.flags}' needs a value, but is followed by '${next}'.`,
      )
  }
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
  const inner = command?.commands.find(candidate => candidate.name() === args[1])
  const words = [commandName(), command?.name(), inner?.name(), '--help'].filter(word => word !== undefined)
  return `"${words.join(' ')}" says what there is.`
}

/** Asked before parsing, as parsing may fail. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).includes('--json')
}
