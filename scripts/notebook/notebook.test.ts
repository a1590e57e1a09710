import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { packagePath } from '../../src/core/index.js'
import { differences } from './compare.js'
import { parsePage, shownOf, withOutputs } from './page.js'
import { Workshop } from './workshop.js'

const page = `# A page

<!-- file words.mjs -->
\`\`\`js
console.log('first 1.00 in 3 s\\nsecond\\nthird')
\`\`\`

\`\`\`sh
node words.mjs
npx chiquito --version
\`\`\`

<!-- shows first +1; third +1 -->
\`\`\`text
what stood here before
\`\`\`

<!-- not run: it needs the network -->
\`\`\`sh
exit 1
\`\`\`

<!-- picture copy a.svg -->
![A picture](pictures/a.svg)

\`\`\`ts
// for reading only
\`\`\`
`

describe('a page that runs', () => {
  it('is made of commands, files, what they say, and pictures', () => {
    expect(parsePage(page)).toEqual([
      { kind: 'file', name: 'words.mjs', text: "console.log('first 1.00 in 3 s\\nsecond\\nthird')\n" },
      { kind: 'commands', text: 'node words.mjs\nnpx chiquito --version', notRun: undefined },
      {
        kind: 'output',
        text: 'what stood here before',
        parts: [
          { start: 'first', count: 1 },
          { start: 'third', count: 1 },
        ],
        lines: [14, 15],
      },
      { kind: 'commands', text: 'exit 1', notRun: 'it needs the network' },
      { kind: 'picture', path: 'pictures/a.svg', how: ['copy', 'a.svg'] },
    ])
  })

  it('says where a line makes no sense', () => {
    expect(() => parsePage('<!-- picture copy a.svg -->\nwords')).toThrow('line 2')
    expect(() => parsePage('```sh\nls')).toThrow('line 1: this fence has no end')
    expect(() => parsePage('<!-- shows +2 -->\n```text\n```')).toThrow('"+2" is not START +LINES')
  })

  it('is given what its commands say, and nothing else of it changes', async () => {
    const workshop = new Workshop()
    try {
      workshop.write('words.mjs', "console.log('first 1.00 in 3 s\\nsecond\\nthird')\n")
      const said = await workshop.run('node words.mjs; npx chiquito --version; echo "$PWD/here"')
      expect(said).toMatch(/^first 1\.00 in 3 s\nsecond\nthird\n\d+\.\d+\.\d+\nhere\n$/)
      const shown = shownOf(said, [
        { start: 'first', count: 1 },
        { start: 'third', count: 1 },
      ])
      expect(shown).toBe('first 1.00 in 3 s\n…\nthird\n…')
      expect(withOutputs(page, [shown])).toBe(page.replace('what stood here before', shown))
      await expect(workshop.run('echo told; ls missing')).rejects.toThrow(/told\n.*missing/s)
    } finally {
      workshop.close()
    }
  })

  it('differs from before in words and in figures that are far apart, not in times', () => {
    expect(
      differences('99 of 100 right (0.95 to 1.00) in 26.2 s', '98 of 100 right (0.93 to 1.00) in 3 s'),
    ).toEqual([])
    expect(differences('99 of 100 right', '79 of 100 right')).toEqual([
      'was  99 of 100 right\nis   79 of 100 right',
    ])
    expect(differences('one\ntwo', 'one')).toEqual(['was  two\nis   (nothing)'])
  })
})

it('the article says the same in English and Spanish: the same commands, outputs and pictures', () => {
  const [english, spanish] = ['article', 'articulo'].map(name =>
    parsePage(readFileSync(packagePath(`docs/${name}.md`), 'utf8')).map(block => ({
      ...block,
      lines: undefined,
    })),
  )
  expect(english.length).toBeGreaterThan(20)
  expect(spanish).toEqual(english)
})
