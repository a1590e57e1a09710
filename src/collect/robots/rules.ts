// robots.txt as RFC 9309 has it. Written here because the library for it matches a pattern in time that grows with its length
// times the address's, and both come from strangers; this is linear in both (docs/decisions/0038-collecting.md).

/** One line of a group: paths that begin like this may be fetched, or not. */
interface Rule {
  readonly isAllowed: boolean
  /** What stands between the stars. */
  readonly pieces: readonly string[]
  /** Nothing may follow. */
  readonly isWhole: boolean
  /** The longest pattern that fits decides. */
  readonly length: number
}

/** What one site allows one program. */
export interface RobotsRules {
  /** Whether the path, with its query, may be fetched. */
  allows(url: URL): boolean
}

/**
 * Reads a robots.txt.
 *
 * @param robot - the program's name there, lower case; groups for it go before those for all
 */
export function parseRobots(text: string, robot: string): RobotsRules {
  const own: Rule[] = []
  const general: Rule[] = []
  let hasOwn = false
  let groups: Rule[][] = []
  let isNaming = false
  for (const { key, value } of linesOf(text)) {
    if (key === 'user-agent') {
      if (!isNaming) groups = []
      isNaming = true
      const name = /^[a-z_-]*/i.exec(value)?.[0].toLowerCase()
      if (name === robot) groups.push(own)
      else if (value.startsWith('*')) groups.push(general)
      hasOwn ||= name === robot
    } else if (key === 'allow' || key === 'disallow') {
      isNaming = false
      if (value !== '') for (const group of groups) group.push(ruleOf(value, key === 'allow'))
    }
  }
  const rules = (hasOwn ? own : general).sort(
    (a, b) => b.length - a.length || Number(b.isAllowed) - Number(a.isAllowed),
  )
  return {
    allows(url) {
      const path = normal(url.pathname + url.search)
      return rules.find(rule => fits(rule, path))?.isAllowed ?? true
    },
  }
}

function* linesOf(text: string): Generator<{ key: string; value: string }> {
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const content = line.split('#', 1)[0]
    const colon = content.indexOf(':')
    if (colon < 0) continue
    yield { key: content.slice(0, colon).trim().toLowerCase(), value: content.slice(colon + 1).trim() }
  }
}

function ruleOf(pattern: string, isAllowed: boolean): Rule {
  const isWhole = pattern.endsWith('$')
  const bare = normal(isWhole ? pattern.slice(0, -1) : pattern)
  return { isAllowed, pieces: bare.split('*'), isWhole, length: bare.length }
}

/** Whether a path begins as the pattern says. Each piece is taken where it comes first, so nothing is looked at twice. */
function fits({ pieces, isWhole }: Rule, path: string): boolean {
  if (!path.startsWith(pieces[0])) return false
  let at = pieces[0].length
  for (let i = 1; i < pieces.length; i++) {
    const isLast = i === pieces.length - 1
    // The end counts: the last piece is looked for there.
    if (isLast && isWhole) return path.endsWith(pieces[i]) && path.length - pieces[i].length >= at
    const found = path.indexOf(pieces[i], at)
    if (found < 0) return false
    at = found + pieces[i].length
  }
  return !isWhole || at === path.length
}

/** The same characters in one way of writing: percent codes in capitals, what is not ASCII as percent codes. */
function normal(path: string): string {
  return path
    .replace(/%[0-9a-f]{2}/gi, code => code.toUpperCase())
    .replace(/[^\x21-\x7e]+/g, text => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '')))
}
