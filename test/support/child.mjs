// Runs one function of a TypeScript module in a process of its own, which a test may kill:
// node child.mjs MODULE FUNCTION ARGUMENTS…
import { runnerImport } from 'vite'

const [path, name, ...args] = process.argv.slice(2)
const { module } = await runnerImport(path)
await module[name](...args)
