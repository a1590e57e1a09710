import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makers } from '../scripts/demo-dataset/makers.js'

const root = path.dirname(import.meta.dirname)
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const notices = read('THIRD-PARTY-NOTICES.md')

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ license: z.string().optional(), dev: z.boolean().optional() })),
})
const { packages } = lockSchema.parse(JSON.parse(read('package-lock.json')))
const production = Object.entries(packages).filter(([place, { dev }]) => place !== '' && !dev)

describe('THIRD-PARTY-NOTICES.md', () => {
  it('is what its script writes', () => {
    const script = path.join(root, 'scripts/third-party-notices.mjs')
    const written = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' })
    expect(notices === written, 'npm run notices renews it').toBe(true)
  })

  it('names every package that a user gets, with its licence', () => {
    const rows = notices.split('\n').filter(line => line.startsWith('| '))
    expect(production.length).toBeGreaterThan(50)
    for (const [place, { license }] of production) {
      const name = place.replace(/^.*node_modules\//, '')
      const row = rows.find(line => line.startsWith(`| ${license} |`) && line.includes(`\`${name}\``))
      expect(row, `${name} (${license})`).toBeDefined()
    }
  })

  it('names what the package carries, with the full texts that ask for it', () => {
    for (const file of [
      'assets/efficientnet-lite0.safetensors',
      'assets/demo-dataset.zip',
      'onnx.proto',
      'vendor/onnxruntime-node/',
    ])
      expect(notices).toContain(`\`${file}\``)
    for (const { title, creator, license } of makers) {
      const row = notices.split('\n').find(line => line.includes(`[${title}]`))
      expect(row).toContain(`© ${creator}`)
      expect(row).toContain(license)
    }
    expect(notices).toContain('Apache License\n                           Version 2.0')
    expect(notices).toContain('END OF TERMS AND CONDITIONS')
    expect(notices).toContain('Permission is hereby granted, free of charge')
    expect(notices).toContain('https://creativecommons.org/licenses/by/4.0/')
  })

  /** What may go into other people's products without more than attribution, or is linked dynamically. */
  const accepted = /^(0BSD|MIT|ISC|Unlicense|CC0-1\.0|Apache-2\.0|BSD-[23]-Clause|LGPL-3\.0(-or-later)?)$/

  it('has no licence that asks more than we accept', () => {
    const terms = production.flatMap(([, { license = 'none' }]) =>
      license.replace(/[()]/g, '').split(/ (?:AND|OR) /),
    )
    expect(terms.filter(term => !accepted.test(term))).toEqual([])
  })
})
