// Builds what runs in browsers into dist/web: `chiquito/web` (index.js, worker.js, the runtime in ort/, declarations) and the parts of
// exported pages (app/). Plain ES modules: who uses the library may have a bundler, or none.
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { build } from 'vite'

/** Of onnxruntime-web: the build for WebAssembly, and the one that can also use WebGPU, for browsers where WebAssembly can wait. */
const runtimeFiles = [
  'ort.wasm.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort.jspi.min.mjs',
  'ort-wasm-simd-threaded.jspi.mjs',
  'ort-wasm-simd-threaded.jspi.wasm',
]

/** Files of which declarations are made, in the order of who imports whom; each stands alone. */
const declared = [
  'src/core/error.ts',
  'web/library/types.ts',
  'web/library/load-model.ts',
  'web/library/index.ts',
]

/** @param {string} root of the checkout */
export async function buildWeb(root) {
  const out = path.join(root, 'dist/web')
  rmSync(out, { recursive: true, force: true })
  mkdirSync(path.join(out, 'ort'), { recursive: true })
  const web = path.join(root, 'web')
  await bundle(path.join(web, 'library/index.ts'), path.join(out, 'index.js'), { external: ['./places.js'] })
  await bundle(path.join(web, 'worker/worker.ts'), path.join(out, 'worker.js'))
  // The page says where its files are, so it needs nothing that finds them.
  const alias = { './places.js': path.join(web, 'app/no-places.ts') }
  await bundle(path.join(web, 'app/main.ts'), path.join(out, 'app/main.js'), { alias })
  await bundle(path.join(web, 'sw/sw.ts'), path.join(out, 'app/sw.js'), { format: 'iife' })
  await transpile(root, out)
  for (const file of ['index.html', 'style.css'])
    copyFileSync(path.join(web, 'app', file), path.join(out, 'app', file))
  mkdirSync(path.join(out, 'app/icons'), { recursive: true })
  for (const file of readdirSync(path.join(web, 'app/icons')))
    copyFileSync(path.join(web, 'app/icons', file), path.join(out, 'app/icons', file))
  for (const file of runtimeFiles)
    carry(path.join(root, 'node_modules/onnxruntime-web/dist', file), path.join(out, 'ort', file))
}

/**
 * @param {string} entry
 * @param {string} file
 * @param {{ external?: string[], alias?: Record<string, string>, format?: 'es' | 'iife' }} options
 */
async function bundle(entry, file, { external = [], alias = {}, format = 'es' } = {}) {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias },
    build: {
      target: 'es2022',
      outDir: path.dirname(file),
      emptyOutDir: false,
      modulePreload: false,
      minify: true,
      rolldownOptions: {
        input: entry,
        external,
        preserveEntrySignatures: 'strict',
        output: { format, entryFileNames: path.basename(file), codeSplitting: false },
      },
    },
  })
}

/** What bundlers must see as it was written, and the declarations. */
async function transpile(root, out) {
  const { default: ts } = await import('typescript-5')
  const settings = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  }
  const places = readFileSync(path.join(root, 'web/library/places.ts'), 'utf8')
  writeFileSync(
    path.join(out, 'places.js'),
    ts.transpileModule(places, { compilerOptions: settings }).outputText,
  )
  for (const file of declared) {
    const text = readFileSync(path.join(root, file), 'utf8').replaceAll(
      '../../src/core/error.js',
      './error.js',
    )
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
      fileName: path.basename(file),
      compilerOptions: { ...settings, isolatedDeclarations: true, declaration: true },
      reportDiagnostics: true,
    })
    if (diagnostics.length > 0)
      throw new Error(`${file}: ${ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n')}`)
    writeFileSync(path.join(out, path.basename(file).replace(/\.ts$/, '.d.ts')), outputText)
  }
}

function carry(source, target) {
  if (existsSync(target)) return
  // Source maps stay behind: a development server that is told of them complains that they are not there.
  if (target.endsWith('.mjs'))
    return writeFileSync(
      target,
      readFileSync(source, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'),
    )
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target)
  }
}
