import { argumentError, ChiquitoError, type Progress } from '../core/index.js'
import { hostAndPort, parseAddress } from '../net/index.js'
import { keyOf, Secrets } from './asking/index.js'
import { defaultSources, type MakeSource, type Source, sources } from './sources/index.js'

/** A source as it was asked for. */
export interface NamedSource {
  readonly source: Source
  /** `urls=list.csv`: what tells it from another list. */
  readonly given: string
}

/** Who is asked, and what that takes. */
export interface NamedSources {
  readonly sources: readonly NamedSource[]
  /** Servers that the person named, `host:port`: they may be private. */
  readonly hosts: readonly string[]
  readonly secrets: Secrets
}

/**
 * The sources of these names, with their keys; those that anybody may ask, where none is named. Says the terms of those
 * that have some.
 *
 * @param given - `openverse`, or `urls=list.csv`: the name, and what stands behind it
 * @param environment - where keys are: `process.env`
 * @throws `usage` for a name that is none, a key that is missing, an address that is none; `io` for a key's file
 */
export function namedSources(
  given: readonly string[] | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  progress?: Progress | undefined,
): NamedSources {
  const hosts: string[] = []
  const keys: (string | undefined)[] = []
  const named = (given ?? defaultSources).map(text => {
    const [name, ...rest] = text.split('=')
    const address = rest.length === 0 ? undefined : rest.join('=')
    const make = makerOf(name)
    const source = make({})
    const key = keyOf(source, environment)
    keys.push(key)
    const server = serverOf(source, address)
    if (server !== undefined) hosts.push(hostAndPort(server))
    if (source.terms !== undefined) progress?.({ kind: 'notice', message: source.terms })
    return { source: make({ address, key }), given: text }
  })
  return { sources: named, hosts, secrets: new Secrets(keys) }
}

/**
 * The server that a person means by what stands behind a source's name; undefined for the source's own, and for lists and
 * folders.
 *
 * @throws `usage` for an address that is none, and for what is lacking
 */
function serverOf({ name, lacking, isList, isLocal }: Source, address: string | undefined): URL | undefined {
  if (lacking !== undefined && !address) throw new ChiquitoError('usage', lacking)
  if (address === undefined || isList || isLocal) return undefined
  try {
    return parseAddress(address)
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    throw new ChiquitoError('usage', `--source ${name}=ADDRESS: ${error.message}`)
  }
}

function makerOf(name: string): MakeSource {
  const make = new Map(Object.entries(sources)).get(name)
  if (make === undefined) throw argumentError('--source', `one of ${Object.keys(sources).join(', ')}`, name)
  return make
}
