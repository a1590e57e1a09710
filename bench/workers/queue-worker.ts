import { workerOf } from '../../src/cli/commands/worker.js'
import { runProgram } from '../../src/cli/program.js'
import { processSystem } from '../../src/cli/system.js'

// "chiquito worker" for jobs of another kind: node queue-worker.js KINDS worker …
const [kinds, ...words] = process.argv.slice(2)
process.exitCode = await runProgram(words, [workerOf(new URL(kinds))], processSystem)
