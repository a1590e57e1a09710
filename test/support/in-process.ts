import { commands } from '../../src/cli/commands/index.js'
import { runProgram } from '../../src/cli/program.js'
import type { Told } from './chiquito.js'
import { fakeSystem } from './fake-system.js'

/** Runs the command line in this process: what a process of its own would say, in a fraction of the time. */
export async function chiquitoHere(args: readonly string[]): Promise<Told> {
  const system = fakeSystem()
  const status = await runProgram(args, commands, system)
  return { status, signal: null, stdout: system.stdout.text(), stderr: system.stderr.text() }
}
