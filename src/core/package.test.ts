import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { assetPath, version } from './package.js'

const root = path.resolve(import.meta.dirname, '../..')

it('says the version of package.json', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  expect(version()).toBe(manifest.version)
})

it('finds the assets of the package', () => {
  expect(assetPath('demo-dataset.zip')).toBe(path.join(root, 'assets', 'demo-dataset.zip'))
  expect(existsSync(assetPath('demo-dataset.zip'))).toBe(true)
})
