import { describe, expect, it } from 'vitest'
import { type FakeSystem, fakeSystem } from '../../test/support/fake-system.js'
import { ChiquitoError, throwIfAborted, version } from '../core/index.js'
import { integer } from './options.js'
import type { Outcome } from './output.js'
import { addExamples, type RegisterCommand, runProgram } from './program.js'
import type { Work } from './shell.js'

type Action = (work: Work, input: { dataset: string; epochs: number }) => Promise<Outcome>

const counted: Action = async (_work, { dataset, epochs }) => ({
  json: { dataset, epochs },
  text: `${epochs} epochs on ${dataset}`,
})

/** A command as real ones are, around an action of the test's. */
function fake(action: Action): RegisterCommand {
  return (program, shell) => {
    const command = program
      .command('train')
      .description('Train.')
      .argument('<dataset>', 'a folder')
      .option('--epochs <n>', 'how many', integer('--epochs', { min: 1, max: 9 }), 3)
      .action((dataset, options) => shell.run(work => action(work, { dataset, epochs: options.epochs })))
    addExamples(command, ['chiquito train photos --epochs 4'])
  }
}

async function run(args: string[], action: Action = counted, system: FakeSystem = fakeSystem()) {
  const code = await runProgram(args, [fake(action)], system)
  return { code, stdout: system.stdout.text(), stderr: system.stderr.text() }
}

describe('a command', () => {
  it('gets its arguments and options, and prints text', async () => {
    expect(await run(['train', 'photos'])).toEqual({ code: 0, stdout: '3 epochs on photos\n', stderr: '' })
    expect((await run(['train', 'photos', '--epochs', '4'])).stdout).toBe('4 epochs on photos\n')
  })

  it('prints one JSON document with --json, wherever that stands', async () => {
    const expected = { code: 0, stdout: '{"dataset":"photos","epochs":3}\n', stderr: '' }
    expect(await run(['train', '--json', 'photos'])).toEqual(expected)
    expect(await run(['train', 'photos', '--json'])).toEqual(expected)
    expect((await run(['train', '--', '--json'])).stdout).toBe('3 epochs on --json\n')
  })

  it('shows progress on standard error, or none', async () => {
    const action: Action = async ({ progress }, input) => {
      progress({ kind: 'start', task: 'Work' })
      progress({ kind: 'end', task: 'Work' })
      return counted({ progress, signal: new AbortController().signal }, input)
    }
    expect((await run(['train', 'photos', '--json'], action)).stderr).toMatch(/^Work …\nWork: done/)
    expect((await run(['train', 'photos', '--quiet'], action)).stderr).toBe('')
  })

  it('exits with 1 when its answer is no good, and still answers', async () => {
    const told = await run(['train', 'photos'], async () => ({ json: 1, text: 'Bad.', failed: true }))
    expect(told).toEqual({ code: 1, stdout: 'Bad.\n', stderr: '' })
  })

  it('fails with the message of its error', async () => {
    const broken: Action = async () => {
      throw new ChiquitoError('data', 'No photos in "photos".')
    }
    expect(await run(['train', 'photos'], broken)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'chiquito: No photos in "photos".\n',
    })
    expect(JSON.parse((await run(['train', 'photos', '--json'], broken)).stdout)).toEqual({
      error: { code: 'data', message: 'No photos in "photos".' },
    })
  })

  it('ends quietly when the reader of its output went away', async () => {
    const stdoutFails = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })
    const told = await run(['train', 'photos'], counted, fakeSystem({ stdoutFails }))
    expect(told).toEqual({ code: 141, stdout: '', stderr: '' })
  })
})

describe('wrong usage', () => {
  it.each([
    [['tran', 'photos'], "unknown command 'tran'", 'Did you mean train?', 'chiquito --help'],
    [['train'], "missing required argument 'dataset'", '', 'chiquito train --help'],
    [['train', 'a', 'b'], 'too many arguments', '', 'chiquito train --help'],
    [
      ['train', 'a', '--epoch', '3'],
      "unknown option '--epoch'",
      'Did you mean --epochs?',
      'chiquito train --help',
    ],
    [['train', 'a', '--epochs'], 'argument missing', '', 'chiquito train --help'],
    [
      ['train', 'a', '--epochs', '--quiet'],
      "needs a value, but is followed by '--quiet'",
      '',
      'train --help',
    ],
    [['help', 'tran'], "unknown command 'tran'", '', 'chiquito --help'],
    [
      ['train', 'a', '--epochs', '0'],
      '--epochs must be a whole number from 1 to 9, but is "0".',
      '',
      'train --help',
    ],
  ])('%j is told, and exits with 2', async (args, message, suggestion, hint) => {
    const told = await run(args)
    expect(told.code).toBe(2)
    expect(told.stdout).toBe('')
    expect(told.stderr).toMatch(/^chiquito: /)
    expect(told.stderr).not.toMatch(/error:|\.\./)
    for (const part of [message, suggestion, hint]) expect(told.stderr).toContain(part)
    // Behind the command, help's own name included; an option without its value would take it.
    const at = args[0] === 'help' ? 2 : 1
    const json = await run([...args.slice(0, at), '--json', ...args.slice(at)])
    expect(JSON.parse(json.stdout)).toEqual({
      error: { code: 'usage', message: expect.stringContaining(message) },
    })
    expect(json.code).toBe(2)
  })

  it('a flag is no value of the option before it, and --json is heard even there', async () => {
    const told = await run(['train', 'a', '--epochs', '--json'])
    expect(told.code).toBe(2)
    expect(JSON.parse(told.stdout)).toMatchObject({ error: { code: 'usage' } })
    expect((await run(['train', '--', '--epochs'])).stdout).toBe('3 epochs on --epochs\n')
  })

  it('no command at all gives the help, on standard error', async () => {
    const told = await run([])
    expect(told).toMatchObject({ code: 2, stdout: '' })
    expect(told.stderr).toContain('Usage: chiquito [options] [command]')
  })
})

describe('help', () => {
  it('lists the commands', async () => {
    const told = await run(['--help'])
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(told.stdout).toMatch(/train <dataset> +Train\./)
  })

  it('of a command has its options, those of every command, and an example', async () => {
    const told = await run(['train', '--help'])
    expect(told).toMatchObject({ code: 0, stderr: '' })
    for (const part of [
      '--epochs <n>',
      '(default: 3)',
      '--json',
      '--quiet',
      'Examples:\n  chiquito train photos',
    ])
      expect(told.stdout).toContain(part)
    expect((await run(['help', 'train'])).stdout).toBe(told.stdout)
  })

  it('prints the version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version()}\n`, stderr: '' })
  })
})

describe('Ctrl-C', () => {
  /** Works until told to stop, as an action does: it looks now and then. */
  const endless =
    (started: () => void, give: (error: unknown) => unknown): Action =>
    async ({ signal }) => {
      started()
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      try {
        throwIfAborted(signal)
      } catch (error) {
        throw give(error)
      }
      return { json: null, text: '' }
    }

  it.each(['SIGINT', 'SIGTERM'])('(%s) stops the work cleanly and says how to go on', async name => {
    const system = fakeSystem()
    const resume = new ChiquitoError('interrupted', 'Interrupted. --resume goes on.')
    const told = await run(
      ['train', 'a'],
      endless(
        () => queueMicrotask(() => system.signals.emit(name)),
        () => resume,
      ),
      system,
    )
    expect(told.code).toBe(130)
    expect(told.stderr).toBe(
      'Stopping; press Ctrl-C again to stop at once.\nchiquito: Interrupted. --resume goes on.\n',
    )
    expect(system.ended).toEqual([])
    expect(system.signals.listenerCount(name)).toBe(0)
  })

  it('is no mistake of ours, whatever a library throws on being stopped', async () => {
    const system = fakeSystem()
    const action = endless(
      () => queueMicrotask(() => system.signals.emit('SIGINT')),
      () => new Error('AbortError'),
    )
    const told = await run(['train', 'a', '--json'], action, system)
    expect(told).toMatchObject({
      code: 130,
      stdout: '{"error":{"code":"interrupted","message":"Interrupted."}}\n',
    })
  })

  it('a second time ends the process at once', async () => {
    const system = fakeSystem({ terminal: true })
    let finish = (_outcome: Outcome) => {}
    const running = run(
      ['train', 'a'],
      ({ progress }) =>
        new Promise(resolve => {
          progress({ kind: 'start', task: 'Deaf' })
          finish = resolve
          system.signals.emit('SIGINT')
          expect(system.ended).toEqual([])
          system.signals.emit('SIGINT')
        }),
      system,
    )
    expect(system.ended).toEqual([130])
    expect(system.stderr.text().lastIndexOf('\x1b[?25h')).toBeGreaterThan(
      system.stderr.text().lastIndexOf('\x1b[?25l'),
    )
    finish({ json: null, text: 'done after all' })
    expect((await running).code).toBe(0)
  })

  it('leaves one JSON document also the second time, and none beside a result that is being told', async () => {
    const system = fakeSystem()
    const deaf: Action = () =>
      new Promise(() => {
        for (let i = 0; i < 2; i++) system.signals.emit('SIGINT')
      })
    void run(['train', 'a', '--json'], deaf, system)
    await expect.poll(() => system.ended).toEqual([130])
    expect(system.stdout.text()).toBe('{"error":{"code":"interrupted","message":"Interrupted."}}\n')

    const late = fakeSystem()
    const outcome = {
      get json() {
        late.signals.emit('SIGTERM')
        return 'whole'
      },
      text: '',
    }
    expect(await run(['train', 'a', '--json'], async () => outcome, late)).toMatchObject({
      code: 0,
      stdout: '"whole"\n',
    })
    expect(late.ended).toEqual([])
  })
})

describe('the table of commands', () => {
  it('keeps to the width of the terminal', async () => {
    const { chiquitoHere } = await import('../../test/support/in-process.js')
    for (const words of [['--help'], ['collect', '--help'], ['train', '--help']]) {
      const { stdout } = await chiquitoHere(words)
      const table = stdout.slice(0, stdout.indexOf('Examples:') >>> 0)
      for (const line of table.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    }
  })
})
