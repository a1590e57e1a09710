import { kernelsBase64 } from './module.js'

// The one instance of the kernels that a thread has. Also runs in a browser: nothing here knows Node.

/** What kernels.wat exports. Places are offsets into `memory`. */
interface Exports {
  readonly memory: Memory
  resize(
    source: number,
    first: number,
    stride: number,
    rows: number,
    rowWeights: number,
    count: number,
    columns: number,
    columnWeights: number,
    width: number,
    row: number,
    out: number,
  ): void
  sample(
    source: number,
    stride: number,
    x: number,
    y: number,
    xu: number,
    yu: number,
    out: number,
    from: number,
    to: number,
  ): void
  replace(at: number, length: number, table: number): void
  sum(at: number, length: number): number
}

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const PAGE = 64 * 1024

/** The kernels and their memory, made as large as asked for. */
export interface Program extends Exports {
  /** All of the memory, at least so many bytes; what was taken before is no longer good. */
  bytes(least: number): Uint8Array
}

let program: Program | undefined | null = null

/** Undefined where there is no WebAssembly with SIMD, or a page's policy forbids it: the plain loops give the same bytes. */
export function kernels(): Program | undefined {
  if (program === null) program = load()
  return program
}

function load(): Program | undefined {
  // Numbers are handed over in memory, which WebAssembly reads least byte first.
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) return undefined
  try {
    const bytes = Uint8Array.from(atob(kernelsBase64), letter => letter.charCodeAt(0))
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {})
    return isKernels(exports) ? withBytes(exports) : undefined
  } catch {
    return undefined
  }
}

function isKernels(exports: object): exports is Exports {
  return ['memory', 'resize', 'sample', 'replace', 'sum'].every(name => name in exports)
}

function withBytes(exports: Exports): Program {
  const { memory } = exports
  let view = new Uint8Array(memory.buffer)
  return {
    ...exports,
    bytes(least) {
      if (view.length < least) {
        memory.grow(Math.ceil((least - view.length) / PAGE))
        view = new Uint8Array(memory.buffer)
      }
      return view
    },
  }
}
