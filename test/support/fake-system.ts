import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import type { Output, System } from '../../src/cli/system.js'

/** A process for tests: keeps what is written, and the code it was told to end with. */
export interface FakeSystem extends System {
  readonly stdout: FakeOutput
  readonly stderr: FakeOutput
  readonly signals: EventEmitter
  readonly ended: number[]
}

export type FakeOutput = Output & { text(): string }

export function fakeSystem(
  options: { terminal?: boolean; stdoutFails?: NodeJS.ErrnoException } = {},
): FakeSystem {
  const ended: number[] = []
  return {
    stdout: fakeOutput({ fails: options.stdoutFails }),
    stderr: fakeOutput({ terminal: options.terminal }),
    env: {},
    signals: new EventEmitter(),
    exit: code => ended.push(code),
    ended,
  }
}

function fakeOutput(options: {
  terminal?: boolean | undefined
  fails?: NodeJS.ErrnoException | undefined
}): FakeOutput {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      if (!options.fails) text += chunk
      done(options.fails)
    },
  })
  return Object.assign(stream, { text: () => text, isTTY: options.terminal ?? false, columns: 80 })
}
