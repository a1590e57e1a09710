import type { PhotoHeader } from '../../images/index.js'

/** A header, and the class of its photo. */
interface LabelledHeader extends Pick<PhotoHeader, 'width' | 'height' | 'format'> {
  readonly photo: { readonly label: number }
}

/** A property that all photos of a class share and almost none of the others have. */
const otherShare = 0.05
/** Fewer photos than this share anything by chance. */
const fewest = 10

/**
 * Ways in which the classes could be told apart without looking at the subject, a sentence each: a model may have
 * learnt them instead.
 */
export function shortcutHints(labels: readonly string[], headers: readonly LabelledHeader[]): string[] {
  const properties: readonly [string, (header: LabelledHeader) => string][] = [
    ['size', ({ width, height }) => `${width} x ${height} pixels`],
    ['format', ({ format }) => `${format} files`],
    ['shape', ({ width, height }) => (width === height ? 'square' : '')],
  ]
  const seen = labels.map((_, k) => headers.filter(({ photo }) => photo.label === k))
  const counts = properties.map(([, property]) => countsOf(headers.map(property)))
  return labels.flatMap((label, k) => {
    const own = seen[k]
    const others = headers.length - own.length
    if (own.length < fewest || others < fewest) return []
    for (const [p, [, property]] of properties.entries()) {
      const value = property(own[0])
      if (value === '' || !own.every(header => property(header) === value)) continue
      const alike = (counts[p].get(value) ?? 0) - own.length
      if (alike > otherShare * others) continue
      return [
        `Every photo of "${label}" is ${value}, and ${alike === 0 ? 'no' : `only ${alike} of ${others}`} ` +
          `${alike === 1 ? 'other photo is' : 'other photos are'}: the model may have learnt that instead of the subject.`,
      ]
    }
    return []
  })
}

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
