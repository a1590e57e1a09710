import { describe, expect, it } from 'vitest'
import { allows, type Licence } from './licence.js'
import { creativeCommons, flickrLicence, licenceAt, licenceNamed } from './licence-names.js'

/** `by-nc 4.0 -c +m +n`: code, version, and whether it may be used commercially, changed, and needs naming. */
function shown(licence: Licence | undefined): string {
  if (licence === undefined) return 'none'
  const sign = (right: boolean | undefined) => (right === undefined ? '?' : right ? '+' : '-')
  const { code, version, commercial, changes, naming } = licence
  return `${code} ${version ?? ''} ${sign(commercial)}c ${sign(changes)}m ${sign(naming)}n`.replace('  ', ' ')
}

describe('licences', () => {
  it.each([
    ['by', '4.0', 'by 4.0 +c +m +n'],
    ['BY-SA', '3.0', 'by-sa 3.0 +c +m +n'],
    ['by-nc', '2.0', 'by-nc 2.0 -c +m +n'],
    ['by-nd', '2.5', 'by-nd 2.5 +c -m +n'],
    ['by-nc-sa', '4.0', 'by-nc-sa 4.0 -c +m +n'],
    ['by-nc-nd', '4.0', 'by-nc-nd 4.0 -c -m +n'],
    ['cc0', '1.0', 'cc0 1.0 +c +m -n'],
    ['pdm', '1.0', 'pdm 1.0 +c +m -n'],
    ['sampling+', '1.0', 'sampling+ 1.0 ?c +m +n'],
    ['nc-sampling+', '1.0', 'nc-sampling+ 1.0 -c +m +n'],
    ['by-sa-nd', '4.0', 'none'],
    ['', undefined, 'none'],
    ['bye', undefined, 'none'],
  ])('of Openverse: %s %s', (code, version, expected) => {
    expect(shown(creativeCommons(code, version))).toBe(expected)
  })

  it.each([
    ['https://creativecommons.org/licenses/by-sa/4.0/', 'by-sa 4.0 +c +m +n'],
    ['http://creativecommons.org/licenses/by-nc-nd/2.0/de/deed.es', 'by-nc-nd 2.0 -c -m +n'],
    ['//creativecommons.org/licenses/by/2.5', 'by 2.5 +c +m +n'],
    ['https://www.creativecommons.org/publicdomain/zero/1.0/deed.en', 'cc0 1.0 +c +m -n'],
    ['https://creativecommons.org/publicdomain/mark/1.0/', 'pdm 1.0 +c +m -n'],
    ['https://creativecommons.org/licenses/publicdomain/', 'public-domain +c +m -n'],
    ['https://creativecommons.org/', 'none'],
    ['https://creativecommons.org.evil.example/licenses/by/4.0/', 'none'],
    ['https://evil.example/?https://creativecommons.org/licenses/by/4.0/', 'none'],
    ['https://www.gnu.org/copyleft/fdl.html', 'none'],
  ])('at %s', (address, expected) => {
    expect(shown(licenceAt(address))).toBe(expected)
  })

  it.each([
    ['CC BY-SA 4.0', 'by-sa 4.0 +c +m +n'],
    ['CC BY 2.0 de', 'by 2.0 +c +m +n'],
    ['CC-BY-SA-3.0-migrated', 'by-sa 3.0 +c +m +n'],
    ['cc-by-nc-nd-2.5', 'by-nc-nd 2.5 -c -m +n'],
    ['CC BY-NC', 'by-nc -c +m +n'],
    ['by-sa 4.0', 'by-sa 4.0 +c +m +n'],
    ['by-nd 3.0', 'by-nd 3.0 +c -m +n'],
    ['CC0', 'cc0 1.0 +c +m -n'],
    ['cc0 1.0', 'cc0 1.0 +c +m -n'],
    ['cc-zero', 'cc0 1.0 +c +m -n'],
    ['pdm 1.0', 'pdm 1.0 +c +m -n'],
    ['Public domain', 'public-domain +c +m -n'],
    ['PD-old-100', 'public-domain +c +m -n'],
    ['public-domain', 'public-domain +c +m -n'],
    ['Creative Commons Attribution-Share Alike 3.0 Unported', 'by-sa 3.0 +c +m +n'],
    ['Creative Commons Attribution-NonCommercial-NoDerivs 2.0', 'by-nc-nd 2.0 -c -m +n'],
    ['Attribution-NonCommercial-ShareAlike License', 'by-nc-sa -c +m +n'],
    ['GFDL 1.2', 'gfdl +c +m +n'],
    ['GFDL 1.2 or later', 'gfdl +c +m +n'],
    ['FAL', 'fal +c +m +n'],
    ['Attribution', 'attribution +c +m +n'],
    ['OGL v1.0', 'ogl +c +m +n'],
    ['All rights reserved', 'none'],
    ['bye bye', 'none'],
    ['CC BY-XX 4.0', 'none'],
    ['see below', 'none'],
    ['', 'none'],
    [`cc by ${'('.repeat(100_000)}`, 'by +c +m +n'],
  ])('called %s', (name, expected) => {
    expect(shown(licenceNamed(name))).toBe(expected)
  })

  it('of Flickr, by number', () => {
    const all = Array.from({ length: 12 }, (_, id) => shown(flickrLicence(id)))
    expect(all).toEqual([
      'all-rights-reserved -c -m ?n',
      'by-nc-sa 2.0 -c +m +n',
      'by-nc 2.0 -c +m +n',
      'by-nc-nd 2.0 -c -m +n',
      'by 2.0 +c +m +n',
      'by-sa 2.0 +c +m +n',
      'by-nd 2.0 +c -m +n',
      'no-known-restrictions ?c ?m ?n',
      'us-government +c +m -n',
      'cc0 1.0 +c +m -n',
      'pdm 1.0 +c +m -n',
      'none',
    ])
  })

  it('allow what they say, and nothing that they do not say', () => {
    const needs = { commercial: true, changes: true }
    const which = ['by', 'by-nc', 'by-nd', 'cc0', 'sampling+'].filter(code =>
      allows(creativeCommons(code), needs),
    )
    expect(which).toEqual(['by', 'cc0'])
    expect(allows(undefined, needs)).toBe(false)
    expect(allows(undefined, { commercial: false, changes: false })).toBe(true)
    expect(allows(creativeCommons('by'), { ...needs, noNaming: true })).toBe(false)
    expect(allows(creativeCommons('pdm'), { ...needs, noNaming: true })).toBe(true)
  })
})
