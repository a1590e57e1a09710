import { refuse } from './pickle.js'

// Names that a checkpoint never needs. Nothing is called, whatever a file names; but one that names these was made to run
// something in Python, and whoever has it should know.

const modules: ReadonlySet<string> = new Set([
  ...['os', 'posix', 'nt', 'sys', 'subprocess', 'commands', 'pty', 'shutil', 'ctypes', 'code', 'codeop'],
  ...[
    'runpy',
    'importlib',
    'imp',
    'pkgutil',
    'socket',
    'webbrowser',
    'pip',
    'timeit',
    'pdb',
    'bdb',
    'profile',
  ],
])

const builtins: ReadonlySet<string> = new Set([
  ...['eval', 'exec', 'execfile', 'compile', 'open', 'input', 'raw_input', '__import__', 'breakpoint'],
  ...['globals', 'locals'],
])

/** Refuses a name (`module name`) that is there to run something. */
export function refuseDangerous(name: string): void {
  const [module = '', own = ''] = name.split(' ')
  const isBuiltin = (module === 'builtins' || module === '__builtin__') && builtins.has(own)
  // Through an honest module, too: `torch._utils` and `os.system`.
  const parts = [module.split('.')[0], ...own.split('.').slice(0, -1)]
  if (!isBuiltin && !parts.some(part => modules.has(part))) return
  refuse(
    `asks for ${JSON.stringify(`${module}.${own}`)}, which is not allowed: it is there to run something, and weights need nothing like it. Do not load this file in Python either`,
  )
}
