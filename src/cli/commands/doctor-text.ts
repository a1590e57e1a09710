import type { DoctorResult } from '../../actions/doctor.js'
import { commandInText, commandName, plural, shellPath } from '../../core/index.js'
import { oneLine } from '../output.js'
import { marksText, putRightText } from './put-right-text.js'

/** Findings of a check that are told; the rest is counted. */
const SHOWN = 3

/** Classes whose counts are told. */
const CLASSES = 6

/** What was found, for a terminal: a line for each check that found something, what matters most first, and examples below. */
export function doctorText(result: DoctorResult, given: string): string {
  const { folder, findings, checks, notices, marks, done, report, seconds } = result
  const found = checks.flatMap(check => {
    const own = findings.filter(finding => finding.check === check.name)
    return own.length > 0 ? [{ ...check, own }] : []
  })
  const clean = checks.length - found.length
  const lines = [
    ...notices.map(notice => `! ${oneLine(notice)}`),
    headline(result),
    '',
    ...table(found),
    ...found.flatMap(one => ['', ...details(one)]),
    ...(found.length > 0 ? [''] : []),
    ...(checks.length > 0 ? [`${plural(clean, 'check')} of ${checks.length} found nothing.`] : []),
    ...(marks === null ? [] : [marksText(marks)]),
    ...(done === null ? remedies(found, given) : [putRightText(done, given)]),
    ...(report === null ? [] : [`page  ${oneLine(report)}`]),
    `in ${seconds.toFixed(1)} s, of ${oneLine(folder)}`,
  ]
  return `${lines.filter(line => line !== undefined).join('\n')}\n`
}

interface Found {
  readonly title: string
  readonly advice: string
  readonly own: DoctorResult['findings']
}

function headline({ photos, classes }: DoctorResult): string {
  const named = classes.slice(0, CLASSES).map(({ label, photos: count }) => `${oneLine(label)} ${count}`)
  const more = classes.length > CLASSES ? ', …' : ''
  return `${plural(photos, 'photo')} in ${plural(classes.length, 'class', 'classes')}: ${named.join(', ')}${more}`
}

/** How many findings of which check, and how many of them are beyond doubt. */
function table(found: readonly Found[]): string[] {
  if (found.length === 0) return []
  const rows = [
    ['found', 'certain', 'what'],
    ...found.map(({ title, own }) => {
      const certain = own.filter(finding => finding.certain).length
      return [String(own.length), certain === 0 ? '–' : String(certain), title]
    }),
  ]
  return rows.map(([count, certain, title]) => `${count.padStart(5)}  ${certain.padStart(7)}  ${title}`)
}

function details({ title, advice, own }: Found): string[] {
  const more = own.length - SHOWN
  return [
    title,
    ...own.slice(0, SHOWN).map(({ message }) => `  ${oneLine(message)}`),
    ...(more > 0 ? [`  … and ${more} more (--report and --json have all)`] : []),
    // Where it is how photos are, what helps a single one is no help: what to do is part of the message.
    ...(own.every(({ isStyle }) => isStyle === true) ? [] : [`  What to do: ${advice}`]),
  ]
}

function remedies(found: readonly Found[], given: string): string[] {
  const certain = found.flatMap(({ own }) => own).filter(finding => finding.certain).length
  if (certain === 0) return []
  return [
    `${plural(certain, 'finding')} beyond doubt: ${commandInText(`${commandName()} doctor ${shellPath(given)} --fix`)} puts them right, "undo" takes it back.`,
  ]
}
