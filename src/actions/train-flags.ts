/**
 * The options of `train` that decide what is learnt, as a run's record calls them, each with its flag; in the order in which a
 * command shows them.
 */
export const trainFlags = {
  recipe: '--recipe',
  seed: '--seed',
  backbone: '--backbone',
  mean: '--mean',
  std: '--std',
  channels: '--channels',
  range: '--range',
  size: '--size',
  fineTune: '--fine-tune',
  epochs: '--epochs',
  budget: '--budget',
  coverage: '--coverage',
  validFraction: '--valid-fraction',
  background: '--background',
  manifest: '--folds',
  labelsFrom: '--labels-from',
  followLinks: '--follow-links',
} as const

/** Their values that are paths. */
const paths: readonly string[] = ['backbone', 'background', 'manifest']

/**
 * The flags of a command that trains so.
 *
 * @param settings - values by name; what is undefined or off has no flag
 * @param word - a value as the shell takes it
 */
export function flagWords(
  settings: Readonly<Record<string, unknown>>,
  word: (value: string, isPath: boolean) => string,
): string[] {
  return Object.entries(trainFlags).flatMap(([name, flag]) => {
    const value = settings[name]
    if (value === undefined || value === null || value === false) return []
    if (value === true) return [flag]
    const text = name === 'budget' ? `${value}s` : String(value)
    return [`${flag} ${word(text, paths.includes(name))}`]
  })
}
