import { markdownBlock } from '../../core/index.js'
import { list, visible } from '../text.js'
import { belief, figuresTables, neither } from './figures.js'
import { frontMatter, homeLines } from './front-matter.js'
import { type Home, homes } from './homes.js'
import type { CardInput } from './input.js'
import { beware, limits, photosLearntFrom, rights } from './photos.js'
import { words } from './words.js'

export type { Home } from './homes.js'

/** Labels that fit into a heading. */
const HEADING_LABELS = 4

/**
 * A model card: Markdown with the block of facts that the Hugging Face Hub reads (Mitchell et al. 2019, "Model Cards for Model
 * Reporting"). Nothing from outside, a class's name for example, can be anything but text in it. There is no date in it: equal runs
 * have equal cards.
 */
export function renderCard(input: CardInput, home: Home = 'run'): string {
  const title = titleOf(input.labels)
  const sections: readonly (readonly [title: string, text: string])[] = [
    ['What it is for', purpose(input)],
    ['How good it is', figuresTables(input)],
    ['Whether its probabilities can be believed', belief(input)],
    ['What it says "neither" of', neither(input)],
    ['Before you trust it', beware(input)],
    ['The photos it learnt from', photosLearntFrom(input)],
    ['Limits', limits(input)],
    ['How to load it', homes[home].load(input)],
    ['How to repeat it', repeat(input)],
    ['Licences', rights(input)],
  ]
  const body = sections.map(([heading, text]) => `## ${heading}\n\n${text}`)
  return `${[frontMatter(input, title, home), `# ${words(title)}`, ...body].join('\n\n')}\n`
}

/**
 * A card of a run, words that a person put into it included, for another home: what is said of files there is replaced.
 *
 * @param input - what the card was rendered from
 * @param to - where it goes, and what is so of the model there
 */
export function rehomed(
  card: string,
  input: CardInput,
  to: { readonly home: Home; readonly input: CardInput },
): string {
  return card
    .replace(homeLines('run'), () => homeLines(to.home))
    .replace(homes.run.load(input), () => homes[to.home].load(to.input))
}

/** "ball or wave", "cat, dog, horse and 9 more". */
function titleOf(labels: readonly string[]): string {
  if (labels.length <= HEADING_LABELS) return list(labels, 'or')
  return `${labels.slice(0, HEADING_LABELS - 1).join(', ')} and ${labels.length - HEADING_LABELS + 1} more`
}

function purpose({ labels, model, data, repeat: { versions } }: CardInput): string {
  const names = labels.map(label => `**${words(label)}**`)
  const { backbone, recipe } = model
  return [
    `It says which of ${labels.length} labels a photo shows: ${list(names, 'or')}. It learnt that from ${data.train} photos and is meant for photos like those. ` +
      'Nobody has said yet what it is to be used for, and by whom: its owner should, here.',
    `Made with chiquito ${words(versions.chiquito ?? '(version unknown)')}, recipe ${words(recipe)}, on the pretrained network ` +
      `${words(backbone.name)}${backbone.source === undefined ? '' : ` (${words(backbone.source)})`}.`,
  ].join('\n\n')
}

function repeat({ repeat: { command, seed, fingerprint, versions, limit } }: CardInput): string {
  const programs = Object.entries(versions).map(([what, version]) => `${what} ${version}`)
  return [
    'The same photos, seed and versions on the same kind of machine give the same model, byte for byte.' +
      (limit === undefined
        ? ''
        : ` Not so this one: it had a limit of time (${words(limit)}), and what fitted into that depended on the machine.`),
    ...(command === undefined ? [] : [markdownBlock('sh', visible(command))]),
    [
      `- Seed: ${seed}`,
      `- Revision of the photos (SHA-256 of the path, class, part and content of each): ${words(fingerprint)}`,
      `- Versions: ${words(programs.join(', '))}`,
    ].join('\n'),
  ].join('\n\n')
}
