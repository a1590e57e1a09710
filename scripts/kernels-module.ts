import { readFile } from 'node:fs/promises'
import path from 'node:path'
import wabt from 'wabt'

const folder = path.resolve('src', 'images', 'kernels')

/** Where the assembled kernels are. */
export const kernelsModuleFile = path.join(folder, 'module.ts')

/** The text of that file, made of `kernels.wat` beside it. */
export async function kernelsModule(): Promise<string> {
  const { parseWat } = await wabt()
  const source = await readFile(path.join(folder, 'kernels.wat'), 'utf8')
  const module = parseWat('kernels.wat', source, { simd: true })
  module.validate()
  const text = Buffer.from(module.toBinary({}).buffer).toString('base64')
  const lines = text.match(/.{1,100}/g) ?? []
  return [
    '// Made by scripts/make-kernels.ts of kernels.wat: change that, then `npm run -s kernels`.',
    '',
    '/** The assembled kernels, in base64. */',
    'export const kernelsBase64 =',
    `${lines.map(line => `  '${line}'`).join(' +\n')}`,
    '',
  ].join('\n')
}
