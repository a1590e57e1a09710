import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Says to a process that it is the one that this program started. */
const MARK = 'CHIQUITO_LEAN'

/**
 * Most memory of a server that decodes photos on many threads is what glibc's and V8's allocators keep for later: an arena of the heap
 * for each thread, and young objects in 16 MB each. With too few arenas threads wait for one another; blocks of a photo's
 * size go back to the kernel at once, as arenas that keep them grow for as long as a server runs. All are told only when a process starts
 * (docs/decisions/0091-memory-of-a-server.md, 0098-a-faster-server.md).
 */
const settings: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '4',
  MALLOC_MMAP_THRESHOLD_: '262144',
}
const flags = ['--max-semi-space-size=4', '--single-threaded-gc']

/** What the process is told, and the process it starts for it: both stop at these. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Whether these arguments ask for something that goes on for long, and this process is not started for it yet. */
export function isForLean(args: readonly string[]): boolean {
  const asksForHelp = args.some(
    arg => ['--help', '-h', '--docker'].includes(arg) || arg.startsWith('--docker='),
  )
  return (
    args[0] === 'serve' && !asksForHelp && process.platform === 'linux' && process.env[MARK] === undefined
  )
}

/**
 * Runs the program in a process that was started to be lean, and waits for it: signals are handed on, and it goes when this one does.
 *
 * @param stopEarly - called for a signal that comes before that process listens to any
 * @returns its exit code; undefined where it cannot be started
 */
export function runLean(
  program: string,
  args: readonly string[],
  stopEarly: () => void,
): Promise<number | undefined> {
  let child: ChildProcess | undefined
  let listens = false
  // Before there is one: from then on nobody else tells it.
  for (const name of signals)
    process.on(name, () => {
      child?.kill(listens ? name : 'SIGKILL')
      if (!listens) stopEarly()
    })
  const started = spawn(process.execPath, [...process.execArgv, ...flags, program, ...args], {
    env: { ...settings, ...process.env, [MARK]: '1' },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // A group of its own, so that Ctrl-C reaches it once.
    detached: true,
  })
  child = started
  started.once('message', () => {
    listens = true
  })
  return new Promise(resolve => {
    started.once('error', () => resolve(undefined))
    started.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}

/** In the process that was started, as soon as it listens to signals: it stops when the one that started it is gone. */
export function stopWithParent(): void {
  if (process.env[MARK] === undefined || !process.channel) return
  // Nothing that this one starts is to take itself for it.
  delete process.env[MARK]
  process.send?.('listening')
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}
