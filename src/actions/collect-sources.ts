import { keyOf } from '../collect/asking/index.js'
import { defaultSources, sources } from '../collect/sources/index.js'
import { ChiquitoError } from '../core/index.js'

/** Who can be asked for photos by keywords. */
export interface CollectSource {
  readonly name: string
  readonly title: string
  /** Asked where nobody names a source. */
  readonly isUsual: boolean
  /** What its owner says about programs; null where nothing. */
  readonly terms: string | null
  /** The environment variable of the key that it needs and that is not there. */
  readonly lacksKey: string | null
}

/** The sources that answer keywords without anything of this machine: no lists, no folders. */
export function collectSources(
  env: Readonly<Record<string, string | undefined>> = process.env,
): CollectSource[] {
  return Object.entries(sources).flatMap(([name, make]) => {
    const source = make({})
    if (source.isList || source.isLocal || source.lacking !== undefined) return []
    return [
      {
        name,
        title: source.title,
        isUsual: defaultSources.includes(name),
        terms: source.terms ?? null,
        lacksKey: source.key?.required && !hasKey(source, env) ? source.key.variable : null,
      },
    ]
  })
}

function hasKey(
  source: Parameters<typeof keyOf>[0],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  try {
    return keyOf(source, env) !== undefined
  } catch (error) {
    if (error instanceof ChiquitoError) return false
    throw error
  }
}
