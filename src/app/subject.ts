/** How labels of "not the subject" begin, in the languages that people name folders in. */
const negations =
  /^(not?|non|none|other|others|otro|otros|otra|otras|nada|ninguno|neg|negative|without|sin|rest|background|random)([\s_.-]|$)/i

/**
 * The label that a model is about, of two: the one that is no negation of the other. With more labels there is none.
 *
 * @returns the first of two where neither name tells
 */
export function subjectOf(labels: readonly string[]): string | null {
  if (labels.length !== 2) return null
  return labels.find(label => !negations.test(label)) ?? labels[0]
}

/** Names longer than this are no title. */
const LONGEST_TITLE = 60

/** What a page is called where nobody says: its subject, or what it tells apart, of many labels as many as there is room for. */
export function titleOf(labels: readonly string[]): string {
  const subject = subjectOf(labels)
  const names = subject === null ? labels.map(spoken) : [spoken(subject)]
  for (let shown = names.length; shown > 0; shown--) {
    const title = [...names.slice(0, shown), ...(shown < names.length ? ['…'] : [])].join(', ')
    if ([...title].length <= LONGEST_TITLE) return title
  }
  return `${[...names[0]].slice(0, LONGEST_TITLE - 1).join('')}…`
}

/** The name of a folder as people write it: `hot_dog` is "Hot dog". */
export function spoken(label: string): string {
  const words = label.replace(/[_\s]+/g, ' ').trim() || label
  const [first, ...rest] = words
  return first.toUpperCase() + rest.join('')
}
