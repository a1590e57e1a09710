// What the programs of examples/runtimes said, beside what `chiquito predict --json` did: a line for each program. For try-runtimes.sh and
// try-spark-and-ray.sh.
//
//     node scripts/compare-answers.mjs EXPECTED ANSWERS
//
// ANSWERS has a line for each program and photo: program, tolerance of a probability, photo, and what was said, between tabs.
import { readFileSync } from 'node:fs'

const [expectedFile, answersFile] = process.argv.slice(2)
const { labels, threshold, predictions, unreadable } = JSON.parse(readFileSync(expectedFile, 'utf8'))
const expected = new Map(predictions.map(one => [one.path, one]))
const bad = new Set(unreadable.map(one => one.path))
const answers = readFileSync(answersFile, 'utf8').split('\n').filter(Boolean)

/** `known` goes by steps, and a view that is a little other may be one or two of them away. */
const knownStep = 0.05

const programs = new Map()
for (const line of answers) {
  const [program, tolerance, photo, said] = line.split('\t')
  const row = programs.get(program) ?? {
    tolerance: Number(tolerance),
    photos: 0,
    largest: 0,
    sum: 0,
    judged: 0,
    bad: 0,
    asked: new Set(),
    off: [],
  }
  programs.set(program, row)
  row.photos++
  compare(row, photo, said)
}

function compare(row, photo, said) {
  if (row.asked.has(photo)) row.off.push(`${photo}: it was answered twice`)
  row.asked.add(photo)
  if (bad.has(photo) && said.startsWith('failed: ')) return row.bad++
  const one = expected.get(photo)
  if (one === undefined) return row.off.push(`${photo}: predict says nothing of it`)
  const isNear = threshold !== null && one.known !== null && Math.abs(one.known - threshold) < knownStep
  const told = one.abstained ? 'neither' : one.label
  const wrong = () => row.off.push(`${photo}: "${said}", expected ${told} (${one.probabilities.join(', ')})`)
  if (said === 'neither') return one.abstained || isNear ? undefined : wrong()
  const [, label, text] = /^(.+) (\d\.\d{4})$/.exec(said) ?? []
  if (!labels.includes(label)) return wrong()
  const difference = Math.abs(Number(text) - one.probabilities[labels.indexOf(label)])
  row.largest = Math.max(row.largest, difference)
  row.sum += difference
  row.judged++
  const best = Math.max(...one.probabilities)
  const isClose = best - one.probabilities[labels.indexOf(label)] <= 2 * row.tolerance
  if (!(difference <= row.tolerance) || !isClose || (one.abstained && !isNear)) wrong()
}

for (const row of programs.values())
  for (const photo of [...expected.keys(), ...bad])
    if (!row.asked.has(photo)) row.off.push(`${photo}: it was not answered`)

const cells = [['runtime', 'photos', 'bad', 'largest difference', 'mean', 'allowed', '']]
for (const [program, { tolerance, photos, bad: refused, largest, sum, judged, off }] of programs) {
  const mean = judged === 0 ? '–' : (sum / judged).toFixed(4)
  const verdict = off.length === 0 ? 'agrees' : `${off.length} OFF`
  const most = judged === 0 ? '–' : largest.toFixed(4)
  cells.push([program, `${photos}`, `${refused}`, most, mean, `${tolerance}`, verdict])
}
const widths = cells[0].map((_, i) => Math.max(...cells.map(row => row[i].length)))
for (const row of cells)
  console.log(
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  )
const off = [...programs].flatMap(([program, row]) => row.off.map(line => `${program}: ${line}`))
for (const line of off) console.log(line)
if (answers.length === 0) console.log('no program was run')
process.exitCode = off.length > 0 || answers.length === 0 ? 1 : 0
