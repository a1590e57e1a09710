// Makes one file of the declarations that the library's door reaches, dist/index.d.ts, and removes all others. What was
// not reachable needs types of Node, of onnxruntime and of the chart library, which a user does not have.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

/** @param {string} root of the checkout, built */
export function rollTypes(root) {
  const dist = path.join(root, 'dist')
  if (!existsSync(path.join(dist, 'core/index.d.ts'))) return
  const extractor = path.join(root, 'node_modules/@microsoft/api-extractor/bin/api-extractor')
  const done = spawnSync(process.execPath, [extractor, 'run', '--local'], { cwd: root, encoding: 'utf8' })
  if (done.status !== 0)
    throw new Error(`The declarations cannot be rolled up:\n${done.stdout}${done.stderr}`)
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.d.ts') && file !== 'chiquito.d.ts') rmSync(path.join(dist, file))
  renameSync(path.join(dist, 'chiquito.d.ts'), path.join(dist, 'index.d.ts'))
}
