// The command line with its one command "worker", for the kinds of jobs of the tests.
import { workerOf } from '../../../dist/cli/commands/worker.js'
import { runProgram } from '../../../dist/cli/program.js'
import { processSystem } from '../../../dist/cli/system.js'

const kinds = new URL('./kinds.mjs', import.meta.url)
process.exitCode = await runProgram(process.argv.slice(2), [workerOf(kinds)], processSystem)
