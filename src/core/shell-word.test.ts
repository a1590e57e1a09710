import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandInText, shellPath, shellWord } from './index.js'

/** What a shell makes of a word. */
const read = (word: string) =>
  execFileSync('sh', ['-c', `for word in ${word}; do printf '%s|' "$word"; done`], { encoding: 'utf8' })

describe('shellWord', () => {
  it('leaves plain words as they are', () => {
    for (const word of ['photos', '/data/my-photos/1.jpg', './a', 'resnet18=w.pth', 'x@2,5%+', '0.2'])
      expect(shellWord(word, 'linux')).toBe(word)
    expect(shellWord('C:\\data\\photos', 'win32')).toBe('C:\\data\\photos')
  })

  it.skipIf(process.platform === 'win32')(
    'gives what a shell reads as the same word, whatever is in it',
    () => {
      const hard = [
        "it's",
        'my photos',
        '$HOME',
        '`id`',
        'a"b',
        '~',
        '*',
        '',
        '=ls',
        'a\nb',
        'a\u202eb%s\\n',
        '#x',
        '!x',
        'ñ',
      ]
      const texts = fc.array(fc.constantFrom(...hard, 'a', '-', '\\', "'", '%', '\t'), { maxLength: 4 })
      fc.assert(
        fc.property(texts, parts => {
          // A line break at the very end is lost: no shell of all keeps it.
          const text = `${parts.join('')}.`
          expect(read(shellWord(text, 'linux'))).toBe(`${text}|`)
        }),
        { numRuns: 40 },
      )
      expect(read(shellWord('', 'linux'))).toBe('|')
    },
  )

  it('shows no line break and no mark that turns the writing round', () => {
    expect(shellWord('a\nb', 'linux')).toBe('"$(printf \'a\\012b\')"')
    expect(shellWord('a\u202eb', 'win32')).toBe('"a\ufffdb"')
  })

  it('quotes for Windows in double quotes', () => {
    expect(shellWord('my photos', 'win32')).toBe('"my photos"')
    expect(shellWord('C:\\my photos\\', 'win32')).toBe('"C:\\my photos\\\\"')
    expect(shellWord('$a,@b', 'win32')).toBe('"$a,@b"')
  })
})

it('shellPath makes no option of a path', () => {
  expect([shellPath('-x', 'linux'), shellPath('-x y', 'linux'), shellPath('-x', 'win32')]).toEqual([
    './-x',
    "'./-x y'",
    '.\\-x',
  ])
})

it('commandInText can be told from the quotes of its words', () => {
  expect(commandInText("chiquito undo 'my photos'")).toBe('"chiquito undo \'my photos\'"')
  expect(commandInText('chiquito undo "my photos"')).toBe('`chiquito undo "my photos"`')
})
