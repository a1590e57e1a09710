// npm run -s bench -- NAME [--json]
import { benchAccuracy } from './accuracy.js'
import { benchDecode } from './decode.js'
import { benchFamilies } from './families.js'
import { benchFeatures } from './features.js'
import { benchMemory } from './memory.js'
import { benchPredict } from './predict.js'
import { benchRecipe } from './recipe.js'
import type { BenchOptions, BenchResult } from './support/result.js'

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult>>> = {
  features: benchFeatures,
  decode: benchDecode,
  recipe: benchRecipe,
  predict: benchPredict,
  accuracy: benchAccuracy,
  memory: benchMemory,
  families: benchFamilies,
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const [name, ...rest] = args.filter(arg => arg !== '--json')
const benchmark = Object.hasOwn(benchmarks, name ?? '') ? benchmarks[name] : undefined
if (!benchmark || rest.length > 0) {
  console.error(
    `usage: npm run -s bench -- NAME [--json], where NAME is ${Object.keys(benchmarks).join(', ')}`,
  )
  process.exitCode = 2
} else {
  const result = await benchmark({ json })
  console.log(json ? JSON.stringify(result) : table(result))
  if (result.failures && result.failures.length > 0) process.exitCode = 1
}

/** Two columns side by side and their ratio. */
function table({ name, rows, skipped, failures = [] }: BenchResult): string {
  if (skipped !== undefined && rows.length === 0) return `${name}: skipped: ${skipped}`
  const number = (value: number) => (Number.isFinite(value) ? value.toPrecision(4) : '–')
  const lines = [
    ['', 'ours', 'theirs', '', 'ours / theirs'],
    ...rows.map(row => [row.what, number(row.ours), number(row.theirs), row.unit, number(row.ratio)]),
  ]
  const widths = lines[0].map((_, column) => Math.max(...lines.map(line => line[column].length)))
  const text = lines.map(line =>
    line
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  )
  const notes = [
    ...(skipped === undefined ? [] : [`skipped: ${skipped}`]),
    ...failures.map(failure => `failed: ${failure}`),
  ]
  return [`${name}`, ...text, ...notes].join('\n')
}
