import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = path.dirname(import.meta.dirname)
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

// Older npm runs onnxruntime-node's install script, which fetches GPU libraries; recent npm asks first. Neither is needed.
const environment = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', CI: '1' }

function run(cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]) {
  const shell = process.platform === 'win32'
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell })
  return { status, stdout, stderr }
}

const online = run(root, environment, 'npm', 'ping').status === 0

describe.skipIf(!online)('the packed package (skipped where npm reaches no registry)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-package-'))
  const elsewhere = path.join(folder, 'elsewhere')
  /** A home of its own: neither caches nor settings of whoever runs the test. */
  const home = path.join(folder, 'home')
  const guest = { ...environment, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: path.join(home, 'cache') }
  let packed: string[] = []

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  beforeAll(() => {
    for (const name of [elsewhere, home]) mkdirSync(name)
    const pack = run(root, environment, 'npm', 'pack', '--json', '--pack-destination', folder)
    expect(pack.status, pack.stderr).toBe(0)
    const [{ filename, files }] = JSON.parse(pack.stdout)
    packed = files.map((file: { path: string }) => file.path)
    const install = run(
      elsewhere,
      environment,
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      path.join(folder, filename),
    )
    expect(install.status, install.stderr).toBe(0)
  })

  it('has what it needs and nothing else', () => {
    const needed = [
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.md',
      'assets/LICENSE-efficientnet-lite.txt',
      'assets/demo-dataset.LICENSES.md',
      'assets/demo-dataset.zip',
      'assets/efficientnet-lite0.safetensors',
      'dist/cli/main.js',
      'dist/index.js',
      'dist/index.d.ts',
      'package.json',
    ]
    expect(needed.filter(file => !packed.includes(file))).toEqual([])
    expect(packed.filter(file => !/^(dist|assets)\/|^[A-Z-]+(\.md)?$|^package\.json$/.test(file))).toEqual([])
    expect(packed.filter(file => /\.test\.|fixtures/.test(file))).toEqual([])
  })

  it('says its version', () => {
    expect(run(elsewhere, guest, 'npx', '--no-install', 'chiquito', '--version').stdout).toBe(`${version}\n`)
  })

  it('is a library', () => {
    const script = "import('chiquito').then(api => console.log(Object.keys(api).length > 0))"
    expect(run(elsewhere, guest, process.execPath, '-e', script).stdout).toBe('true\n')
  })

  it('is a library with types', () => {
    const use = "import { train } from 'chiquito'\nexport const first: Parameters<typeof train> = "
    writeFileSync(path.join(elsewhere, 'right.mts'), `${use}[{ data: 'photos', out: 'run' }]\n`)
    writeFileSync(path.join(elsewhere, 'wrong.mts'), `${use}[{ data: 3, out: 'run' }]\n`)
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023']
    const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')]
    const { stdout } = run(
      elsewhere,
      guest,
      process.execPath,
      tsc,
      ...flags,
      ...types,
      'right.mts',
      'wrong.mts',
    )
    // Declarations of others have faults of their own, which `skipLibCheck` hides from their users.
    const ours = stdout.split('\n').filter(line => /^(right|wrong|node_modules\/chiquito)/.test(line))
    expect(ours).toEqual([expect.stringMatching(/^wrong\.mts.*'number' is not assignable/)])
  })

  it('runs the demo to its end, without anything of this checkout', () => {
    const demo = run(elsewhere, guest, 'npx', '--no-install', 'chiquito', 'demo')
    expect(demo.status, demo.stderr).toBe(0)
    const report = /\S*report\.html/.exec(demo.stdout)?.[0]
    expect(report, 'the demo names its report').toBeDefined()
    if (report) expect(readFileSync(path.resolve(elsewhere, report), 'utf8')).toContain('<html')
    expect(
      readdirSync(elsewhere, { recursive: true }).some(file => path.basename(String(file)) === 'model.onnx'),
    ).toBe(true)
    expect(demo.stdout, 'it classifies a picture').toMatch(/firefox-\w+\.webp.*(animal|food)/)
    expect(existsSync(path.join(elsewhere, 'node_modules/chiquito/src'))).toBe(false)
  })
})
