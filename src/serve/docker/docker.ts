import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { modelPath } from '../../actions/predict.js'
import { shellPath, version, type WorkOptions } from '../../core/index.js'
import { ioError, requireFreeFolder, writeFolder } from '../../files/index.js'
import { Predictor } from '../../predict/index.js'
import { dockerfile, dockerignore, readme } from './texts.js'

export interface DockerOptions extends WorkOptions {
  /** A `model.onnx`, or the folder of a run. */
  readonly model: string
  /** A new or empty folder. */
  readonly out: string
  /** Writes over what was written there before. */
  readonly overwrite?: boolean | undefined
}

export interface DockerResult {
  readonly out: string
  readonly files: readonly string[]
  /** What to type next. */
  readonly commands: readonly string[]
}

const KIND = 'docker'

/**
 * Writes what a container of a model is built from: nothing is compiled on the way, and it runs as an ordinary user.
 *
 * @throws `usage`, `io`; what `Predictor.open` throws
 */
export async function writeDocker({
  model,
  out,
  overwrite = false,
  progress,
  signal,
}: DockerOptions): Promise<DockerResult> {
  await requireFreeFolder(out, KIND, overwrite)
  const file = await modelPath(model, progress)
  const predictor = await Predictor.open(file, { signal })
  const { labels } = predictor
  await predictor.close()
  const bytes = await readFile(file).catch(error => {
    throw ioError(error, 'read', file)
  })
  const files = new Map<string, string | Uint8Array>([
    ['Dockerfile', dockerfile(version())],
    ['.dockerignore', dockerignore],
    ['model.onnx', bytes],
    ['README.md', readme(labels, version())],
  ])
  await writeFolder(out, KIND, files)
  const name = 'chiquito-serve'
  return {
    out: path.resolve(out),
    files: [...files.keys()],
    commands: [`docker build -t ${name} ${shellPath(out)}`, `docker run --rm -p 127.0.0.1:8000:8000 ${name}`],
  }
}
