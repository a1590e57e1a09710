// Reads what vitest's JSON reporter wrote: `node .ci/summary.mjs RESULTS FAILED_STEPS`. Names what was skipped, ends
// with one plain line, exits with 1 where anything failed.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const [resultsFile, failedStepsText] = process.argv.slice(2)
const failedSteps = Number(failedStepsText)
const files = readResults(resultsFile)
const tests = files.flatMap(file =>
  file.assertionResults.map(({ fullName, status }) => ({
    file: path.relative('', file.name),
    fullName,
    status,
  })),
)
const having = status => tests.filter(test => test.status === status)
const skipped = tests.filter(({ status }) => !['passed', 'failed'].includes(status))
// A file that does not load has no tests to count, but is no success.
const broken = files.filter(file => file.status === 'failed' && !file.assertionResults.some(isFailed))

if (skipped.length > 0) {
  const shared = existsSync('../shared')
    ? 'is here'
    : 'is absent, and with it the photos and weights that some tests need'
  console.log(`${skipped.length} skipped (../shared ${shared}):`)
  for (const { file, fullName } of skipped) console.log(`  ${file}: ${fullName}`)
}
for (const { file, fullName } of having('failed')) console.log(`failed: ${file}: ${fullName}`)
for (const file of broken) console.log(`failed to load: ${path.relative('', file.name)}`)

// The step "tests" fails with its tests; what else failed counts by itself.
const failedTests = having('failed').length + broken.length
const others = failedTests > 0 ? failedSteps - 1 : failedSteps
const failed = failedTests + Math.max(0, others)
console.log(`${having('passed').length} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/** Nothing where vitest never came to write it whole; its step has failed then. */
function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults
  } catch {
    return []
  }
}

function isFailed({ status }) {
  return status === 'failed'
}
