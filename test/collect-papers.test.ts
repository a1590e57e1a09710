// What is written beside collected photos, and said of them in the end: who made them, under which licence.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openverse, rowsIn } from './support/collect/folders.js'
import { answerPhoto, smallPhoto } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { chiquitoHere } from './support/in-process.js'
import { serve } from './support/server.js'

describe('what strangers say of their photos', () => {
  it('stays text: no markup, no address but of the web, one line each', async () => {
    const evil = '<script>alert(1)</script> [x](javascript:alert(1))\n\n# Heading `code`'
    const server = await serve(async (request, response) => {
      if (await answerPhoto(request, response)) return
      const one = { title: evil, creator: `${evil} & "co"`, license: 'by', license_version: '4.0' }
      const addresses = { url: `${server.address}/photo/1.jpg`, license_url: 'javascript:alert(2)' }
      const results = [
        { id: 'a', ...one, ...addresses, foreign_landing_url: 'data:text/html,<script>3</script>' },
      ]
      response.end(JSON.stringify({ result_count: 1, page_count: 1, page_size: 20, page: 1, results }))
    })
    const out = path.join(temporaryFolder(), 'ball')
    const told = await chiquitoHere([
      'collect',
      'ball',
      '--out',
      out,
      '--source',
      `openverse=${server.address}`,
    ])
    expect(told.status, told.stderr).toBe(0)
    const page = readFileSync(path.join(out, 'ATTRIBUTION.html'), 'utf8')
    expect(page).not.toMatch(/<script|href="(?!http)/)
    const lines = readFileSync(path.join(out, 'ATTRIBUTION.md'), 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    // What is not escaped is ours.
    expect(lines[2].replace(/\\./g, '')).toMatch(
      /^- `00001\.jpg`: \[[^[\]<>`]*\]\(<http[^<>]*>\), by [^[\]<>`]*, \[CC BY 40\]\(<https:[^<>]*>\)$/,
    )
    expect(rowsIn(out)).toHaveLength(1)
  })
})

describe('ATTRIBUTION and the summary', () => {
  it('name each photo once, cut long titles, and count what collect lfw brought', async () => {
    const folder = temporaryFolder()
    const [own, out] = [path.join(folder, 'own'), path.join(folder, 'out')]
    for (const one of [own, out]) mkdirSync(one)
    writeFileSync(path.join(own, 'my photo.1.jpg'), await smallPhoto(1))
    writeFileSync(path.join(out, 'Ana_1.jpg'), await smallPhoto(2))
    const other = {
      file_name: 'Ana_1.jpg',
      source: 'lfw',
      source_url: '',
      title: `${'word '.repeat(200)}`,
      license: '',
    }
    writeFileSync(path.join(out, 'metadata.jsonl'), `${JSON.stringify(other)}\n`)
    const told = await chiquitoHere(['collect', 'me', '--source', `folder=${own}`, '--out', out])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/^licences of 2 photos:\n {2}2 {2}licence unknown$/m)
    const lines = readFileSync(path.join(out, 'ATTRIBUTION.md'), 'utf8').trimEnd().split('\n').slice(2)
    expect(lines).toEqual([
      `- \`Ana_1.jpg\`: ${'word '.repeat(23)}word…, by unknown, licence unknown`,
      '- `00001.jpg`: by unknown, licence unknown',
    ])
  })

  it('tell of a list whose classes a keyword takes the place of', async () => {
    const { address } = await openverse(4)
    const folder = temporaryFolder()
    const list = path.join(folder, 'list.csv')
    writeFileSync(list, `url,label\n${address}/photo/1.jpg,cat\n${address}/photo/2.jpg,dog\n`)
    const allowed = ['--allow-host', new URL(address).host]
    const words = ['--source', `urls=${list}`, ...allowed, '--out']
    const told = await chiquitoHere(['collect', 'pet', ...words, path.join(folder, 'one')])
    expect(told.status, told.stderr).toBe(0)
    expect(told.stderr).toContain(
      `"${list}" has classes of its own ("cat", "dog"): the keyword "pet" takes their place. Give no keyword`,
    )
    const each = await chiquitoHere(['collect', ...words, path.join(folder, 'each')])
    expect(each.stderr).not.toContain('classes of its own')
  })
})
