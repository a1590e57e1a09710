// Copies what the package carries of onnxruntime-node into vendor/: the code, the library for each machine, the terms.
// Left out: the install script and what it needs (docs/decisions/0035), the library's second name on macOS, and
// DirectX's compilers and DirectML on Windows, which the CPU does not load.
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

const leftOut = /\.map$|\.d\.ts$|^(DirectML|dxcompiler|dxil)\.dll$|^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/

/** @param {string} root of the checkout */
export function carryRuntime(root) {
  const from = path.join(root, 'node_modules/onnxruntime-node')
  const to = path.join(root, 'vendor/onnxruntime-node')
  const { name, version, license, main, author, repository } = read(path.join(from, 'package.json'))
  const manifest = path.join(to, 'package.json')
  if (existsSync(manifest) && read(manifest).version === version) return
  rmSync(to, { recursive: true, force: true })
  for (const folder of ['dist', 'bin'])
    for (const file of readdirSync(path.join(from, folder), { recursive: true, withFileTypes: true }))
      if (file.isFile() && !leftOut.test(file.name)) {
        const source = path.join(file.parentPath ?? file.path, file.name)
        carry(source, path.join(to, path.relative(from, source)))
      }
  // No links: npm drops a file that is in the package under two names.
  copyFileSync(path.join(root, 'assets/LICENSE-onnxruntime.txt'), path.join(to, 'LICENSE'))
  copyFileSync(path.join(root, 'assets/NOTICES-onnxruntime.txt'), path.join(to, 'ThirdPartyNotices.txt'))
  // Last: where it is, the rest is.
  const kept = { name, version, license, main, author, repository, type: 'commonjs' }
  writeFileSync(manifest, `${JSON.stringify(kept, undefined, 2)}\n`)
}

function carry(source, target) {
  mkdirSync(path.dirname(target), { recursive: true })
  // The reference to a source map that stays behind goes.
  if (target.endsWith('.js'))
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

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
