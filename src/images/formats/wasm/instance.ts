import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** What Emscripten's modules are given: nothing of theirs goes to the terminal. */
export interface ModuleOptions {
  print(text: string): void
  printErr(text: string): void
  instantiateWasm(
    imports: object,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object
}

const require = createRequire(import.meta.url)
const compiled = new Map<string, Promise<WebAssembly.Module>>()

/**
 * Options that start a program anew: it is compiled once a thread, but each photo gets memory of its own, since
 * WebAssembly never gives memory back, and what one photo broke must not reach the next.
 *
 * @param file the program, as a package exports it
 */
export async function instanceOf(file: string): Promise<ModuleOptions> {
  const known =
    compiled.get(file) ?? readFile(require.resolve(file)).then(bytes => WebAssembly.compile(bytes))
  compiled.set(file, known)
  const program = await known
  return {
    print: () => {},
    printErr: () => {},
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(program, imports)
      done(instance, program)
      return instance.exports
    },
  }
}
