import { markdownTable, plural } from '../../core/index.js'
import { list, range, share } from '../text.js'
import type { CardInput, CardOrigins } from './input.js'
import { words } from './words.js'

/** Rows of a table; what is rarer is counted together. */
const LISTED = 20

/** What the photos were: how many, of which revision, where from. */
export function photosLearntFrom({ data, repeat, model }: CardInput): string {
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
  const table =
    data.classes.length === 0
      ? `${data.train} to learn from, ${data.valid} to measure on.`
      : markdownTable([
          ['label', ...data.parts, 'all'],
          ...data.classes.map(({ label, counts }) => [
            words(label),
            ...counts.map(String),
            String(total(counts)),
          ]),
          [
            'all',
            ...data.parts.map((_, p) => String(total(data.classes.map(({ counts }) => counts[p])))),
            String(total(data.classes.map(({ counts }) => total(counts)))),
          ],
        ])
  return [
    table,
    `Revision \`${repeat.fingerprint.replace(/\W/g, '').slice(0, 12)}\`, in full below. ${goldenWords(model)}`,
    ...originWords(data.origins),
  ].join('\n\n')
}

/** Whoever publishes the file publishes those. */
function goldenWords({ golden, inputSize }: CardInput['model']): string {
  if (golden === 0) return 'No photo is in the model file.'
  return `The model file carries ${plural(golden, 'photo')} of those measured, ${inputSize} pixels wide, to check itself by: whoever publishes it publishes ${golden === 1 ? 'that' : 'those'}.`
}

function originWords(origins: CardOrigins | undefined): string[] {
  if (origins === undefined)
    return ['Sources and licences are **unknown**: nothing beside the photos says where they come from.']
  const sources = origins.sources.map(({ source, photos }) => [source, photos] as const)
  const licences = origins.licences.map(({ license, photos }) => [license, photos] as const)
  return [
    countTable('source', sources),
    countTable('licence', licences),
    `By their licences ${plural(origins.noChanges, 'photo')} may not be changed, and ${origins.noCommercialUse} may not be used commercially.`,
  ]
}

function countTable(what: string, rows: readonly (readonly [name: string | null, photos: number])[]): string {
  const left = rows.slice(LISTED).reduce((sum, [, photos]) => sum + photos, 0)
  return markdownTable([
    [what, 'photos'],
    ...rows
      .slice(0, LISTED)
      .map(([name, photos]) => [name === null ? '**unknown**' : words(name), String(photos)]),
    ...(left === 0 ? [] : [['others', String(left)]]),
  ])
}

/**
 * What may make its figures too good, or its answers wrong. Not what checks in passing found: how far they come depends on time, and
 * equal runs have equal cards.
 */
export function beware({ data, labels, perClass }: CardInput): string {
  const { leaks, shortcuts, unreadable = 0 } = data
  const unmeasured = perClass.filter(({ support }) => support === 0).map(({ label }) => words(label))
  const items = [
    ...(unmeasured.length > 0
      ? [
          `No photo of ${list([...unmeasured.slice(0, LISTED), ...(unmeasured.length > LISTED ? [`${unmeasured.length - LISTED} more`] : [])], 'or')} was measured: no figure here tells how well that is recognised.`,
        ]
      : []),
    ...(leaks
      ? [
          `${plural(leaks, 'photo')} measured on ${leaks === 1 ? 'is an exact copy' : 'are exact copies'} of photos it learnt from.`,
        ]
      : []),
    ...(shortcuts ?? [])
      .slice(0, LISTED)
      .map(
        ({ property, label, auc, interval }) =>
          `**Shortcut:** ${words(property)} tells ${labels.length === 2 ? 'the labels apart' : `${words(label)} from the rest`} (AUC ${share(auc, 2)}, ${range(interval)}). The model may have learnt that instead of the subject.`,
      ),
    ...(unreadable > 0 ? [`${plural(unreadable, 'photo')} could not be read, and took no part.`] : []),
  ]
  const unasked = [
    ...(leaks === undefined ? ['copies between the parts'] : []),
    ...(shortcuts === undefined ? ['shortcuts'] : []),
  ]
  return [
    ...(items.length > 0
      ? [items.map(item => `- ${item}`).join('\n')]
      : unasked.length < 2
        ? [nothingFound(data)]
        : []),
    ...(unasked.length > 0 ? [`Nobody has looked for ${list(unasked)}.`] : []),
  ].join('\n\n')
}

function nothingFound({ leaks, shortcuts }: CardInput['data']): string {
  const asked = [
    ...(leaks === undefined ? [] : ['no photo measured on is an exact copy of one it learnt from']),
    ...(shortcuts === undefined
      ? []
      : ['nothing but the subject, such as the size of files, tells the labels apart']),
  ]
  const text = list(asked)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}, as far as was looked. \`chiquito doctor PHOTOS\` looks at more.`
}

/** What holds for every such model. */
export function limits({ labels, data }: CardInput): string {
  return [
    `- It knows ${labels.length} labels and takes each photo as a whole: it does not say where in a photo something is, nor that a photo shows two of them.`,
    `- Its figures hold for photos like the ${data.valid} measured. Other cameras, places, seasons or people were not measured.`,
    '- Whatever the photos have too little of, or show one-sidedly, it has learnt one-sidedly.',
    '- A probability is how often such answers were right, no proof of a single one. Do not let it decide about people alone.',
  ].join('\n')
}

/** Under which terms the parts are offered; which apply to the whole is not for a program to say. */
export function rights({ model: { backbone }, data: { origins } }: CardInput): string {
  return [
    'No licence has been chosen for this model: its owner should, and put it into `license:` above. What went into it:',
    [
      `- the pretrained network ${words(backbone.name)}: ${words(backbone.licence ?? 'licence unknown')}`,
      `- the photos: ${origins === undefined ? 'licences unknown' : 'as the table of licences above says'}`,
      '- the program that made it, chiquito: MIT, which says nothing of what is made with it',
    ].join('\n'),
  ].join('\n\n')
}
