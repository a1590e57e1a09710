import type { RoughSeconds, TrainingChoices } from '../../../src/studio/api/runs.js'

export const ways = ['quick', 'careful', 'thorough', 'article'] as const

/** How carefully to learn, in plain words. */
export type Way = (typeof ways)[number]

/** What times are told by. */
const timed = { quick: 'never', careful: 'auto', thorough: 'always', article: 'article' } as const

const fineTune = { quick: 'never', careful: 'auto', thorough: 'always' } as const

/** What the job is asked for. */
export function optionsOf(way: Way): Readonly<Record<string, unknown>> {
  return way === 'article' ? { recipe: 'fastai-2018' } : { fineTune: fineTune[way] }
}

/** Roughly how long it takes. */
export function secondsOf(way: Way, choices: TrainingChoices): RoughSeconds {
  return choices.seconds[timed[way]]
}
