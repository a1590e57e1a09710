import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../../images/index.js'
import type { PhotoFacts } from './facts.js'
import { measureFacts } from './measure.js'
import { FactsStore } from './store.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chiquito-facts-'))
  folders.push(folder)
  return folder
}

function kept(folder: string, sha256: string, facts: PhotoFacts): PhotoFacts | undefined {
  const store = FactsStore.open(folder)
  store.put(sha256, facts)
  store.close()
  return read(folder, sha256)
}

function read(folder: string, sha256: string): PhotoFacts | undefined {
  const store = FactsStore.open(folder)
  try {
    return store.get(sha256)
  } finally {
    store.close()
  }
}

describe('FactsStore', () => {
  it('keeps that a content cannot be used, and why, for the decoders that said so', async () => {
    const folder = temporary()
    const bytes = Buffer.from('<html>the photo was not found</html>')
    const facts = await measureFacts(bytes)
    expect(facts.problem).toMatchObject({ kind: 'no-photo' })
    expect(kept(folder, sha256Of(bytes), facts)).toEqual(facts)
    for (const name of readdirSync(folder)) {
      const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
      const renewed = lines.map(line => {
        const text = line.slice(82).replace('libvips ', 'libvips 9')
        const check = sha256Of(Buffer.from(line.slice(0, 64) + text)).slice(0, 16)
        return `${line.slice(0, 64)} ${check} ${text}\n`
      })
      writeFileSync(join(folder, name), renewed.join(''))
    }
    expect(read(folder, sha256Of(bytes))).toBeUndefined()
  })

  it('does not keep a refusal that may pass by itself', () => {
    const sha256 = sha256Of(Buffer.from('a photo'))
    for (const message of [
      'the JPEG file cannot be decoded (out of memory)',
      'is HEIC, whose decoder is not installed',
    ]) {
      const facts: PhotoFacts = { header: null, looks: null, problem: { kind: 'damaged', message } }
      expect(kept(temporary(), sha256, facts), message).toBeUndefined()
    }
  })
})
