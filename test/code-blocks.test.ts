// TypeScript that README.md and docs/*.md show compiles as it is printed, against the declarations of the package.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { packagePath } from '../src/core/index.js'
import { temporaryFolder } from './support/files.js'

const root = packagePath('')

/** What a reader has before a block begins. */
const ambient = `
import type { Learner } from 'chiquito'
declare global {
  var learn: Learner
  var photo: Blob
  var file: File
}
`

interface Block {
  /** Page and line of its fence. */
  readonly where: string
  readonly code: string
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(path.join(root, page), 'utf8')
  return [...text.matchAll(/^```(?:ts|typescript)\n(.*?)^```/gms)].map(({ 1: code, index }) => ({
    where: `${page}:${text.slice(0, index).split('\n').length}`,
    code,
  }))
}

function compile(blocks: readonly Block[]): string[] {
  const folder = temporaryFolder()
  const settings = {
    compilerOptions: {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'es2023',
      lib: ['es2023', 'dom', 'dom.iterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')],
      paths: {
        chiquito: [path.join(root, 'dist/index.d.ts')],
        'chiquito/client': [path.join(root, 'dist/serve/client.d.ts')],
        'chiquito/web': [path.join(root, 'dist/web/index.d.ts')],
      },
    },
    include: ['*.ts'],
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings))
  writeFileSync(path.join(folder, 'ambient.ts'), ambient)
  for (const [i, { code }] of blocks.entries()) writeFileSync(path.join(folder, `block-${i}.ts`), code)
  const compiler = path.join(root, 'node_modules/typescript-5/lib/tsc.js')
  const { stdout } = spawnSync(process.execPath, [compiler, '--pretty', 'false', '-p', folder], {
    cwd: folder,
    encoding: 'utf8',
  })
  const complaints = stdout.split('\n').filter(line => /^\S/.test(line))
  return complaints.map(line => line.replace(/block-(\d+)\.ts/, (_, i) => blocks[Number(i)].where))
}

const wrong = {
  where: 'docs/wrong.md:7',
  code: "import { loadModel } from 'chiquito/web'\nloadModel(3)\n",
}

it('TypeScript in README.md and docs compiles as it is printed, and what is wrong is named by page and line', () => {
  const pages = readdirSync(path.join(root, 'docs')).filter(name => name.endsWith('.md'))
  const blocks = ['README.md', ...pages.map(name => `docs/${name}`)].flatMap(blocksOf)
  expect(blocks.map(({ where }) => where.split(':')[0])).toEqual(
    expect.arrayContaining(['README.md', 'docs/serving.md', 'docs/web.md']),
  )
  expect(compile([...blocks, wrong])).toEqual([
    expect.stringMatching(/^docs\/wrong\.md:7\(2,\d+\): .*'number' is not assignable/),
  ])
})
