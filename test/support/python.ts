import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A Python with these modules: `CHIQUITO_PYTHON`, else the one that scripts/make-venv.sh makes. */
export function pythonWith(...modules: string[]): string | undefined {
  const python = process.env.CHIQUITO_PYTHON ?? resolve(import.meta.dirname, '../../.venv/bin/python')
  if (!existsSync(python)) return undefined
  try {
    execFileSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' })
    return python
  } catch {
    return undefined
  }
}

/** Runs a script and gives what it prints, as JSON. This process goes on meanwhile: it may be the server. */
export async function runPython(
  python: string,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { stdout } = await run(python, ['-c', script, ...args], { env: { ...process.env, ...env } })
  return JSON.parse(stdout)
}

/** The same of a script in a file. */
export async function runPythonFile(python: string, file: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(python, [file, ...args])
  return JSON.parse(stdout)
}
