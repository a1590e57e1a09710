// What the doctor found as a page, through the command line.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseHTML } from 'linkedom'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { faultyPhotos } from './support/faulty-photos.js'
import { chiquitoHere } from './support/in-process.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-suite-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const resultSchema = z.object({
  photos: z.number(),
  report: z.string(),
  findings: z.array(z.object({ check: z.string(), photos: z.array(z.string()) })),
})

describe('chiquito doctor --report', () => {
  it('writes one page with a section for each check that found something, and its photos', async () => {
    const photos = await faultyPhotos(path.join(folder, 'photos'))
    const report = path.join(folder, 'doctor.html')
    const told = await chiquitoHere(['doctor', photos, '--quick', '--no-cache', '--json', '--report', report])
    expect(told.status, told.stderr).toBe(0)
    const result = resultSchema.parse(JSON.parse(told.stdout))
    expect(result.report).toBe(report)
    const { document } = parseHTML(readFileSync(report, 'utf8'))
    const found = new Set(result.findings.map(({ check }) => check))
    expect(found.size).toBeGreaterThan(3)
    for (const check of found) expect(document.querySelector(`#${check}`), check).not.toBeNull()
    const shown = [...document.querySelectorAll('img')].map(image => String(image.getAttribute('alt')))
    const pair = result.findings.find(({ check }) => check === 'exact-copies')
    expect(pair).toBeDefined()
    for (const photo of pair?.photos ?? []) expect(shown).toContain(photo)
    expect(statSync(report).size).toBeLessThan(10_000_000)
  })

  it('says before it looks at anything that the page cannot be written', async () => {
    const report = path.join(folder, 'no', 'such', 'folder', 'doctor.html')
    const told = await chiquitoHere(['doctor', path.join(folder, 'photos'), '--quick', '--report', report])
    expect(told.status).not.toBe(0)
    expect(told.stderr).toContain(path.dirname(report))
    expect(existsSync(report)).toBe(false)
  })
})
