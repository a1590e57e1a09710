import { execFile } from 'node:child_process'
import { programBeside } from './programs.js'

let asked: Promise<string | undefined> | undefined

/**
 * Why WebGPU is not there; undefined where it is, or nobody can tell. Asked once, in a process of its own: the runtime's library
 * writes what it misses straight to standard error.
 */
export function whyNoWebGpu(): Promise<string | undefined> {
  asked ??= probe('webgpu')
  return asked
}

function probe(provider: string): Promise<string | undefined> {
  const program = programBeside('probe-process')
  if (program === undefined) return Promise.resolve(undefined)
  return new Promise(resolve => {
    execFile(process.execPath, [program, provider], { windowsHide: true }, (error, said) =>
      resolve(error ? said || error.message : undefined),
    )
  })
}
