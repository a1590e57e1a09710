import { describe, expect, it } from 'vitest'
import { parseRobots } from './rules.js'

const allows = (text: string, path: string) =>
  parseRobots(text, 'chiquito').allows(new URL(path, 'https://example.org'))

describe('robots.txt', () => {
  it.each([
    ['nothing', '', '/a', true],
    ['a comment', '# Disallow: /', '/a', true],
    ['everything closed', 'User-agent: *\nDisallow: /', '/a.jpg', false],
    ['nothing closed', 'User-agent: *\nDisallow:', '/a.jpg', true],
    ['a folder closed', 'User-agent: *\nDisallow: /private/', '/private/a.jpg', false],
    ['another folder', 'User-agent: *\nDisallow: /private/', '/public/a.jpg', true],
    ['the longer rule wins', 'User-agent: *\nDisallow: /p\nAllow: /photos/', '/photos/1.jpg', true],
    [
      'whichever comes first',
      'User-agent: *\nAllow: /photos/\nDisallow: /photos/raw',
      '/photos/raw/1',
      false,
    ],
    ['of two that are alike, what allows', 'User-agent: *\nDisallow: /a\nAllow: /a', '/a', true],
    [
      'a group of our own',
      'User-agent: Chiquito/1.0\nDisallow: /x\n\nUser-agent: *\nDisallow: /',
      '/a',
      true,
    ],
    ['a group of our own, empty', 'User-agent: chiquito\n\nUser-agent: *\nDisallow: /', '/a', false],
    [
      'groups of our own in two places',
      'User-agent: chiquito\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: chiquito\nDisallow: /c',
      '/c',
      false,
    ],
    ['several names above one group', 'User-agent: other\nUser-agent: chiquito\nDisallow: /a', '/a', false],
    ['another program alone', 'User-agent: googlebot\nDisallow: /', '/a', true],
    ['stars', 'User-agent: *\nDisallow: /*.jpg', '/deep/in/a.jpg?x', false],
    ['stars and an end', 'User-agent: *\nDisallow: /*.jpg$', '/a.jpg?x', true],
    ['stars and an end that comes twice', 'User-agent: *\nDisallow: /*.jpg$', '/a.jpg.jpg', false],
    ['an end alone', 'User-agent: *\nDisallow: /a$', '/ab', true],
    ['the query', 'User-agent: *\nDisallow: /*?size=', '/a?size=3', false],
    ['codes in small letters', 'User-agent: *\nDisallow: /%c3%b1', '/ñ/1.jpg', false],
    ['letters that are no ASCII', 'User-agent: *\nDisallow: /ñ', '/%C3%B1/1.jpg', false],
    ['a byte order mark, capitals, spaces', '\uFEFFUSER-AGENT : *\r\n disallow : /a # why', '/a', false],
    ['a page instead', '<!doctype html><html>Disallow: no</html>', '/a', true],
  ])('%s', (_, text, path, is) => {
    expect(allows(text, path)).toBe(is)
  })

  it('takes no time for what was made to take some', () => {
    const text = `User-agent: *\nDisallow: /${'*a'.repeat(250_000)}`
    expect(allows(text, `/${'a'.repeat(8000)}`)).toBe(true)
  })
})
