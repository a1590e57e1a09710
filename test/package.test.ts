import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const root = path.dirname(import.meta.dirname)
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

const environment = { ...process.env, CI: '1' }

function run(cwd: string, env: NodeJS.ProcessEnv, command: string, ...args: string[]) {
  const shell = process.platform === 'win32'
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell })
  return { status, stdout, stderr }
}

/**
 * Types that are reached through an exported one, and are nothing to write down: how operators are described to
 * {@link GraphBuilder}, how checkpoints are kept, and tables that a union of words is made of.
 */
const engineRoom = new Set(
  (
    'AttributeInputs AttributeReads AttributesOf AttributeSpec AttributeSpecs Declared Formal InferContext Known ' +
    'Operator operators OtherAttribute Outcome Read Shape SpecKind Written CheckpointOptions Lookup Section Sections ' +
    'Tensors Init Noise RandomStream channelOrders ranges oddityKinds metadataSchema recordedPhotoSchema ' +
    'RecordedPhoto RecordedPhotos_2 splitSchema precisions editKinds'
  ).split(' '),
)

describe('pages that messages name', () => {
  it('are carried by the package, and named by where they are', () => {
    const named = sourceLines().flatMap(({ line, where }) =>
      [...line.matchAll(/(packagePath\(')?(docs\/[\w/-]+\.md)/g)].map(([, found, page]) => ({
        where,
        page,
        isFound: found !== undefined,
      })),
    )
    const pack = run(root, environment, 'npm', 'pack', '--dry-run', '--json', '--ignore-scripts', '--offline')
    expect(pack.status, pack.stderr).toBe(0)
    const packed = packedSchema.parse(JSON.parse(pack.stdout))[0].files.map(file => file.path)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(({ page, isFound }) => !isFound || !packed.includes(page))).toEqual([])
  })
})

const packedSchema = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })])

/** Lines of the sources that are no comments. */
function sourceLines(): { readonly where: string; readonly line: string }[] {
  const folder = path.join(root, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap(name =>
      readFileSync(path.join(folder, name), 'utf8')
        .split('\n')
        .map((line, i) => ({ where: `src/${name}:${i + 1}`, line: line.replace(/\s\/\/ .*$/, '') }))
        .filter(({ line }) => !/^\s*(\*|\/\*|\/\/)/.test(line)),
    )
}

const online = run(root, environment, 'npm', 'ping').status === 0

describe.skipIf(!online)('the packed package (skipped where npm reaches no registry)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-package-'))
  const elsewhere = path.join(folder, 'elsewhere')
  /** A home of its own: neither caches nor settings of whoever runs the test. */
  const home = path.join(folder, 'home')
  const guest = { ...environment, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: path.join(home, 'cache') }
  let packed: string[] = []
  /** To fetch, and on disk. */
  let megabytes: number[] = []

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  beforeAll(() => {
    for (const name of [elsewhere, home]) mkdirSync(name)
    const pack = run(root, environment, 'npm', 'pack', '--json', '--pack-destination', folder)
    expect(pack.status, pack.stderr).toBe(0)
    const [{ filename, files, size, unpackedSize }] = JSON.parse(pack.stdout)
    megabytes = [size / 1e6, unpackedSize / 1e6]
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
      'dist/program/main.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/serve/client.d.ts',
      'dist/serve/client.js',
      'dist/studio-page/index.html',
      'dist/web/index.js',
      'dist/web/index.d.ts',
      'dist/web/worker.js',
      'dist/web/app/index.html',
      'dist/web/ort/ort-wasm-simd-threaded.wasm',
      'package.json',
    ]
    expect(needed.filter(file => !packed.includes(file))).toEqual([])
    expect(
      packed.filter(
        file => !/^(dist|assets|vendor)\/|^docs\/[a-z-]+\.md$|^[A-Z-]+(\.md)?$|^package\.json$/.test(file),
      ),
    ).toEqual([])
    expect(packed.filter(file => /\.test\.|fixtures/.test(file))).toEqual([])
  })

  it('is as large as README.md says', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
    const told = /the package is (\d+) MB to fetch and (\d+) MB on disk/.exec(readme)?.slice(1).map(Number)
    expect(told).toHaveLength(2)
    for (const [i, figure] of (told ?? []).entries())
      expect(Math.abs(figure / megabytes[i] - 1), `${figure} and ${megabytes[i]}`).toBeLessThan(0.03)
  })

  it('says its version', () => {
    expect(run(elsewhere, guest, 'npx', '--no-install', 'chiquito', '--version').stdout).toBe(`${version}\n`)
  })

  it('is a library, for import and for require', () => {
    const names = '(api => console.log(typeof api.train, typeof api.Learner))'
    const ways = [`import('chiquito').then(${names})`, `(${names})(require('chiquito'))`]
    for (const script of ways)
      expect(run(elsewhere, guest, process.execPath, '-e', script).stdout).toBe('function function\n')
    const client =
      "import('chiquito/client').then(api => console.log(typeof api.ChiquitoClient, typeof api.isAnswered))"
    expect(run(elsewhere, guest, process.execPath, '-e', client).stdout).toBe('function function\n')
  })

  const compilers = { '5.9': 'typescript-5/lib/tsc.js', '7': 'typescript/bin/tsc' }
  // Either compiler with each way of resolving, and each kind of module once: all eight would take minutes.
  const consumers = [
    { compiler: '5.9', module: 'node16', resolution: 'node16' },
    { compiler: '5.9', module: 'esnext', resolution: 'bundler' },
    { compiler: '7', module: 'nodenext', resolution: 'nodenext' },
    { compiler: '7', module: 'preserve', resolution: 'bundler' },
  ] as const

  it.each(consumers)(
    'has types that stand alone: TypeScript $compiler, module $module, $resolution',
    ({ compiler, module, resolution }) => {
      const use = "import { train } from 'chiquito'\nexport const first: Parameters<typeof train> = "
      // From CommonJS, TypeScript 5.9 takes a module of ES for node16 only as types (it may have to run on Node 16).
      const types =
        "import type { Learner, TrainOptions } from 'chiquito' with { 'resolution-mode': 'import' }\n"
      writeFileSync(path.join(elsewhere, 'right.mts'), `${use}[{ data: 'photos', out: 'run' }]\n`)
      writeFileSync(path.join(elsewhere, 'wrong.mts'), `${use}[{ data: 3, out: 'run' }]\n`)
      writeFileSync(
        path.join(elsewhere, 'types.cts'),
        `${types}export const options: TrainOptions = { data: 'photos', out: 'run' }\nexport type Mine = Learner\n`,
      )
      const common =
        "import api = require('chiquito')\nexport const learner: typeof api.Learner = api.Learner\n"
      writeFileSync(path.join(elsewhere, 'common.cts'), common)
      const files = ['right.mts', 'wrong.mts', 'types.cts', ...(module === 'nodenext' ? ['common.cts'] : [])]
      const flags = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution]
      const tsc = path.join(root, 'node_modules', compilers[compiler])
      const more = ['--target', 'es2023', '--skipLibCheck', 'false', '--exactOptionalPropertyTypes']
      const { stdout } = run(elsewhere, guest, process.execPath, tsc, ...flags, ...more, ...files)
      expect(stdout.split('\n').filter(line => /^\S/.test(line))).toEqual([
        expect.stringMatching(/^wrong\.mts.*'number' is not assignable/),
      ])
    },
  )

  it.each(consumers)(
    'has types for browsers that stand alone: TypeScript $compiler, module $module, $resolution',
    ({ compiler, module, resolution }) => {
      const use = "import { loadModel, type Verdict } from 'chiquito/web'\n"
      const right =
        'export const verdict: Promise<Verdict> = loadModel("x").then(model => model.classify(new Blob()))\n'
      writeFileSync(path.join(elsewhere, 'page.mts'), use + right)
      writeFileSync(
        path.join(elsewhere, 'wrong-page.mts'),
        `${use}export const x: Verdict | 3 = 3\nloadModel(3)\n`,
      )
      const flags = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution]
      const more = [
        '--target',
        'es2023',
        '--lib',
        'es2023,dom',
        '--skipLibCheck',
        'false',
        '--exactOptionalPropertyTypes',
      ]
      const tsc = path.join(root, 'node_modules', compilers[compiler])
      const files = ['page.mts', 'wrong-page.mts']
      const { stdout } = run(elsewhere, guest, process.execPath, tsc, ...flags, ...more, ...files)
      expect(stdout.split('\n').filter(line => /^\S/.test(line))).toEqual([
        expect.stringMatching(/^wrong-page\.mts.*'number' is not assignable/),
      ])
    },
  )

  it('exports every type that its signatures name', () => {
    const types = readFileSync(path.join(elsewhere, 'node_modules/chiquito/dist/index.d.ts'), 'utf8')
    const hidden = [...types.matchAll(/^declare (?:abstract )?\w+ (\w+)/gm)].map(([, name]) => name)
    expect(hidden.filter(name => !engineRoom.has(name))).toEqual([])
    expect(types.match(/^import .*$/gm)).toEqual(["import { z } from 'zod';"])
  })

  it('refers to no source that is not in it', () => {
    const files = packed.filter(file => /\.(m?js|d\.ts)$/.test(file))
    const texts = files.map(file => readFileSync(path.join(elsewhere, 'node_modules/chiquito', file), 'utf8'))
    expect(files.filter((_, i) => /^\/\/# sourceMappingURL=/m.test(texts[i]))).toEqual([])
    expect(packed.filter(file => file.endsWith('.map'))).toEqual([])
  })

  it('says what to install for work on several machines, and for a store in S3', () => {
    const words = ['worker', '--queue', 'redis://127.0.0.1:1', '--store']
    const told = (store: string) => run(elsewhere, guest, 'npx', '--no-install', 'chiquito', ...words, store)
    const [queue, store] = [told(path.join(folder, 'store')), told('s3://bucket/work')]
    expect([queue.status, store.status]).toEqual([2, 2])
    expect(queue.stderr).toContain('npm install bullmq@6 ioredis@5')
    expect(store.stderr).toContain('npm install @aws-sdk/client-s3@3')
  })

  it('has nothing to run while it is installed', () => {
    const lock = JSON.parse(readFileSync(path.join(elsewhere, 'package-lock.json'), 'utf8'))
    const scripted = Object.entries<{ hasInstallScript?: boolean }>(lock.packages)
    expect(scripted.filter(([, entry]) => entry.hasInstallScript).map(([name]) => name)).toEqual([])
    const carried = path.join(elsewhere, 'node_modules/chiquito/vendor/onnxruntime-node')
    expect(JSON.parse(readFileSync(path.join(carried, 'package.json'), 'utf8'))).not.toHaveProperty('scripts')
    expect(readFileSync(path.join(carried, 'ThirdPartyNotices.txt'), 'utf8')).toContain(
      'THIRD PARTY SOFTWARE',
    )
    expect(existsSync(path.join(elsewhere, 'node_modules/onnxruntime-node'))).toBe(false)
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
    // What it proposes to type next is typed as it stands, with a picture.
    const [, next] = /^ {2}(.*) PICTURE$/m.exec(demo.stdout) ?? []
    expect(next).toMatch(/^npx chiquito predict /)
    const picture = readdirSync(home, { recursive: true, encoding: 'utf8' }).find(file =>
      /\.webp$/.test(file),
    )
    const again = run(elsewhere, guest, 'sh', '-c', `${next} '${path.join(home, picture ?? '')}'`)
    expect(again.status, again.stderr).toBe(0)
    expect(again.stdout).toMatch(/animal|food/)
    // The page is put together from what the package carries.
    const app = run(
      elsewhere,
      guest,
      'npx',
      '--no-install',
      'chiquito',
      'app',
      'chiquito-demo',
      '--out',
      'site',
    )
    expect(app.status, app.stderr).toBe(0)
    expect(app.stdout).toMatch(/A first visit fetches \d+\.\d MB compressed/)
    expect(readdirSync(path.join(elsewhere, 'site'))).toContain('index.html')
  })
})
