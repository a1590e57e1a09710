#!/usr/bin/env node
// The command line's entry. It loads as little as it can: each command's action is imported when it runs.
import { fileURLToPath } from 'node:url'
import { version } from '../core/index.js'
import { hideSecrets } from './hide-secrets.js'
import { isForLean, runLean, stopWithParent } from './lean.js'

/** `process.getBuiltinModule` and the rest of what package.json's `engines` promises. */
const oldestNode = [20, 19]

const signals = ['SIGINT', 'SIGTERM']
const args = process.argv.slice(2)
hideSecrets(args)
if (isTooOld(process.versions.node)) {
  console.error(
    `chiquito: needs Node ${oldestNode.join('.')} or later, but this is ${process.versions.node}.`,
  )
  process.exitCode = 1
} else if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  console.log(version())
} else {
  const code = isForLean(args) ? await runLean(fileURLToPath(import.meta.url), args, stopEarly) : undefined
  if (code === undefined) await run()
  else process.exitCode = code
}

async function run(): Promise<void> {
  for (const name of signals) process.on(name, stopEarly)
  stopWithParent()
  const { commands } = await import('./commands/index.js')
  const { printError } = await import('./output.js')
  const { runProgram } = await import('./program.js')
  const { processSystem } = await import('./system.js')
  process.on('uncaughtException', async error => {
    const options = { system: processSystem, json: args.includes('--json'), version: version() }
    process.exit(await printError(error, options))
  })
  // It listens itself from the moment on in which it is begun: none between in which nobody does.
  const ended = runProgram(args, commands, processSystem)
  for (const name of signals) process.off(name, stopEarly)
  process.exitCode = await ended
}

/** Ctrl-C while the program itself is still being loaded. */
function stopEarly(): void {
  if (args.includes('--json')) console.log('{"error":{"code":"interrupted","message":"Interrupted."}}')
  console.error('chiquito: Interrupted.')
  process.exit(130)
}

function isTooOld(node: string): boolean {
  const [major, minor] = node.split('.').map(Number)
  return major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])
}
