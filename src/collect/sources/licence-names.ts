import type { Licence } from './licence.js'

/** A licence's text has a version such as 4.0; more than this is none. */
const MAX_NAME_CHARACTERS = 200

/** Rights that nobody reserved: CC0, works that nobody owns (any more), works of the United States' government. */
const free = { commercial: true, changes: true, naming: false } as const

/** Rights of a work that is the creator's alone. */
const none = { commercial: false, changes: false, naming: undefined } as const

/**
 * Creative Commons' licence of a code: `by-nc-sa`, `cc0`, `pdm`, `sampling+`. Their terms are in their letters: NC, no
 * commercial use; ND, no derivatives; all but CC0 and the public domain mark want the creator named.
 */
export function creativeCommons(code: string, version?: string | undefined): Licence | undefined {
  const letters = code.trim().toLowerCase().replaceAll('_', '-')
  if (letters === 'cc0' || letters === 'zero')
    return { code: 'cc0', version: version ?? '1.0', address: publicDomainAddress('zero'), ...free }
  if (letters === 'pdm' || letters === 'mark')
    return { code: 'pdm', version: version ?? '1.0', address: publicDomainAddress('mark'), ...free }
  // Parts of the work may be used in others, not all of it as it is, and never to advertise; retired in 2011.
  if (letters === 'sampling+' || letters === 'nc-sampling+')
    return {
      code: letters,
      version,
      address: `https://creativecommons.org/licenses/${letters}/${version ?? '1.0'}/`,
      commercial: letters === 'sampling+' ? undefined : false,
      changes: true,
      naming: true,
    }
  if (!/^by(-nc)?(-nd|-sa)?$/.test(letters)) return undefined
  return {
    code: letters,
    version,
    address:
      version === undefined ? undefined : `https://creativecommons.org/licenses/${letters}/${version}/`,
    commercial: !letters.includes('-nc'),
    changes: !letters.includes('-nd'),
    naming: true,
  }
}

/** The licence whose text stands at an address, where that is Creative Commons' (translations and ports included). */
export function licenceAt(address: string): Licence | undefined {
  const match =
    /^(?:https?:)?\/\/(?:www\.)?creativecommons\.org\/(licenses|publicdomain)\/([a-z0-9+-]{2,20})\/(\d\.\d)?/i.exec(
      address.trim().slice(0, MAX_NAME_CHARACTERS),
    )
  if (match === null) return undefined
  const [, kind, code, version] = match
  // "licenses/publicdomain" was their dedication before CC0.
  if (/^(publicdomain|certification)$/i.test(code)) return publicDomain()
  if (kind.toLowerCase() === 'publicdomain' && !/^(zero|mark)$/i.test(code)) return undefined
  return creativeCommons(code, version)
}

/**
 * The licence of a name as people, Wikimedia Commons and others write it: `CC BY-SA 4.0`, `cc-by-2.0`,
 * `Creative Commons Attribution-NonCommercial 3.0 Unported`, `CC0`, `Public domain`, `PD-old`.
 */
export function licenceNamed(name: string): Licence | undefined {
  const text = name.trim().slice(0, MAX_NAME_CHARACTERS).toLowerCase().replace(/\s+/g, ' ')
  const version = /(?:^|[^\d.])(\d\.\d)(?![\d])/.exec(text)?.[1]
  if (/^(cc[- ]?0|cc[- ]zero|creative commons zero)\b/.test(text)) return creativeCommons('cc0')
  if (/\bpublic domain mark\b|^(cc[- ])?pdm?[- ]?mark\b|^pdm\b/.test(text)) return creativeCommons('pdm')
  if (/^(public[- ]domain|pd)(\b|$)|\bno known copyright\b/.test(text)) return publicDomain()
  const short = /^(?:cc[- ])?(by(?:[- ]nc)?(?:[- ](?:nd|sa))?)(?=[- ]?\d|$|[^a-z0-9-])/.exec(text)
  if (short !== null) return creativeCommons(short[1].replaceAll(' ', '-'), version)
  if (/^(creative commons|cc)\b.*attribution|^attribution[- ](non|no[- ]?deriv|share)/.test(text))
    return creativeCommons(lettersOf(text), version)
  return otherFree.get(text.replace(/[ v-]*\d(\.\d)?( or later)?\+?$/, ''))
}

/** Flickr's numbers of old (`flickr.photos.licenses.getInfo`); Creative Commons' licences of these are version 2.0. */
export function flickrLicence(id: number): Licence | undefined {
  return flickrLicences.get(id)
}

/** A licence that its source names in a way that says nothing here of its rights. */
export function unknownLicence(name: string, address?: string | undefined): Licence {
  return { code: name.toLowerCase(), address, ...unknown }
}

const unknown = { commercial: undefined, changes: undefined, naming: undefined } as const

function publicDomain(): Licence {
  return { code: 'public-domain', ...free }
}

function publicDomainAddress(kind: 'zero' | 'mark'): string {
  return `https://creativecommons.org/publicdomain/${kind}/1.0/`
}

/** `attribution-noncommercial-sharealike` to `by-nc-sa`. */
function lettersOf(text: string): string {
  const nc = /non[- ]?commercial/.test(text) ? '-nc' : ''
  const nd = /no[- ]?deriv/.test(text) ? '-nd' : ''
  const sa = /share[- ]?alike/.test(text) ? '-sa' : ''
  return `by${nc}${nd}${sa}`
}

/** Free licences that Wikimedia Commons takes beside Creative Commons', by their short names there without version. */
const otherFree: ReadonlyMap<string, Licence> = new Map(
  [
    ['gfdl', 'gfdl'],
    ['gnu free documentation license', 'gfdl'],
    ['gpl', 'gpl'],
    ['lgpl', 'lgpl'],
    ['agpl', 'agpl'],
    ['fal', 'fal'],
    ['free art license', 'fal'],
    ['attribution', 'attribution'],
    ['mit', 'mit'],
    ['apache license', 'apache'],
    ['ogl', 'ogl'],
    ['ogl v', 'ogl'],
  ].map(([name, code]) => [name, { code, commercial: true, changes: true, naming: true }]),
)

const flickrLicences: ReadonlyMap<number, Licence> = new Map(
  [
    { code: 'all-rights-reserved', ...none },
    creativeCommons('by-nc-sa', '2.0'),
    creativeCommons('by-nc', '2.0'),
    creativeCommons('by-nc-nd', '2.0'),
    creativeCommons('by', '2.0'),
    creativeCommons('by-sa', '2.0'),
    creativeCommons('by-nd', '2.0'),
    // What museums know of no owner of: nobody promises that there is none.
    { code: 'no-known-restrictions', address: 'https://www.flickr.com/commons/usage/', ...unknown },
    { code: 'us-government', address: 'https://www.usa.gov/government-works', ...free },
    creativeCommons('cc0'),
    creativeCommons('pdm'),
  ].flatMap((licence, id): [number, Licence][] => (licence === undefined ? [] : [[id, licence]])),
)
