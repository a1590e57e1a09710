import type { Check } from '../check.js'
import { remedies } from '../fix/index.js'

/** `docs/checks.md`: every check in its own words, what matters most first. Markdown. */
export function checksPage(checks: readonly Check[]): string {
  const quick = checks.filter(({ depth }) => depth === 'quick')
  return [
    '# What `chiquito doctor` looks for',
    '',
    '<!-- Made by scripts/checks-doc.ts from the checks in src/doctor/checks: change their words there. -->',
    '',
    `${checks.length} checks, sorted by how much they matter. ${quick.length} are quick: they read each file once and look at one small picture of it, ` +
      'and what they measured is kept by content, so that a second run reads only what is new or changed. The others ask the ' +
      'pretrained network, as training does, and share what it computes with it; `--quick` leaves them out. ' +
      '`--checks dark,near-copies` runs only those, by the names below.',
    '',
    'A finding is certain where it is beyond doubt: then `doctor --fix` may act on it. Nothing is ever deleted, and ' +
      '`chiquito undo` takes everything back.',
    '',
    'Photos that are dark, bright, blurred, grey, small and so on are told one by one as long as they are exceptions. Where a ' +
      'third of a class or of all photos is so, that is their style: one finding says so of all of them (`isStyle` in `--json`), ' +
      'and whether it tells the classes apart.',
    '',
    '| check | name in `--json` | kind | `--fix` |',
    '| --- | --- | --- | --- |',
    ...checks.map(
      ({ title, name, depth }) =>
        `| [${title}](#${anchorOf(title)}) | \`${name}\` | ${depth} | ${remedyOf(name)} |`,
    ),
    ...checks.flatMap(section),
    '',
  ].join('\n')
}

function section({ title, name, finds, why, advice, threshold }: Check): string[] {
  return [
    '',
    `## ${title}`,
    '',
    `\`${name}\`. ${finds}`,
    '',
    `**Why it matters.** ${why}`,
    '',
    `**What to do.** ${advice}`,
    ...(threshold === undefined ? [] : ['', `**Where the line is.** ${threshold}`]),
  ]
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
}

function remedyOf(name: string): string {
  const words = {
    'set aside': 'moves it aside',
    'one stays': 'one stays, moves the others aside',
    rename: 'renames it',
  }
  return Object.hasOwn(remedies, name) ? words[remedies[name]] : ''
}
