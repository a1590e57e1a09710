// Reads a source tree's imports and holds them to the tables of ARCHITECTURE.md.
import path from 'node:path'

/** What ARCHITECTURE.md says. */
export interface Rules {
  /** Number of each folder of src/. */
  readonly folders: ReadonlyMap<string, number>
  /** Number of each folder inside one of those whose order is told, too, such as `train/loop`. */
  readonly inner: ReadonlyMap<string, number>
  /** Packages (a `*` at the end stands for anything) and the places in src/ that may import them. */
  readonly packages: readonly { readonly names: readonly string[]; readonly places: readonly string[] }[]
  /** Folders whose files are all doors. */
  readonly open: readonly string[]
  /** Files in src/ that load in browsers. */
  readonly browser: readonly string[]
}

/** Source text by path, such as `src/core/error.ts`. */
export type Sources = ReadonlyMap<string, string>

export interface Import {
  readonly from: string
  readonly line: number
  /** As written. */
  readonly specifier: string
  /** The file meant, for a relative import. */
  readonly to: string | undefined
  /** Loaded before anything runs: neither for types alone nor when it is asked for. */
  readonly isEager: boolean
  /** Gone when it runs. */
  readonly isType: boolean
}

export function parseRules(markdown: string): Rules {
  const rows = markdown
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(cells)
  const numbered = rows
    .filter(([first]) => /^\d+$/.test(first))
    .map(([n, name]) => [bare(name), Number(n)] as const)
  const packages = rows
    .filter(row => row.length === 2 && row[0].startsWith('`'))
    .map(([names, places]) => ({ names: quoted(names), places: quoted(places).map(place => `src/${place}`) }))
  return {
    folders: new Map(numbered.filter(([name]) => !name.includes('/'))),
    inner: new Map(numbered.filter(([name]) => name.includes('/'))),
    packages,
    open: listAfter(markdown, 'Entered by file instead'),
    browser: listAfter(markdown, 'Loaded in browsers too').map(file => `src/${file}`),
  }
}

/** `import … from 'x'`, `export … from 'x'` and `import 'x'` where a statement may begin, `import('x')` anywhere. */
const importPattern =
  /(?:^[ \t]*(?:import|export)\s[^'"`]*?\bfrom\s*|^[ \t]*import\s*|\bimport\(\s*)(['"])([^'"\n]+)\1/gm

/** Every import of every file: static, dynamic, for types, and re-exports. */
export function readImports(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) => {
    const code = withoutComments(text)
    return [...code.matchAll(importPattern)].map(match => {
      const specifier = match[2]
      const line = code.slice(0, match.index + match[0].lastIndexOf(specifier)).split('\n').length
      const isEager = !/^\s*(?:import|export)\s+type\b|\bimport\(/.test(match[0])
      const isType = /^\s*(?:import|export)\s+type\b/.test(match[0])
      return { from, line, specifier, to: resolve(from, specifier), isEager, isType }
    })
  })
}

/** The folders of `src` and the packages that a file loads as soon as it is imported, itself and through others. */
export function loadedAtOnce(sources: Sources, start: string): Set<string> {
  const eager = readImports(sources).filter(({ isEager }) => isEager)
  const loaded = new Set<string>()
  const seen = new Set([start])
  for (const file of seen)
    for (const { specifier, to } of eager.filter(({ from }) => from === file)) {
      loaded.add(to === undefined ? specifier : folderOf(to))
      if (to !== undefined) seen.add(to)
    }
  return loaded
}

/** All that is wrong, a sentence each: file, line, what, and what to do. */
export function violations(sources: Sources, rules: Rules, dependencies: readonly string[]): string[] {
  const imports = readImports(sources)
  return [
    ...unlisted(sources, rules),
    ...imports.flatMap(one => [
      ...layer(one, rules),
      ...innerLayer(one, rules),
      ...entry(one, rules),
      ...innerEntry(one, sources),
      ...packageUse(one, rules, dependencies),
    ]),
    ...circles(imports),
    ...browserUse(imports, rules, sources),
  ]
}

function unlisted(sources: Sources, rules: Rules): string[] {
  const present = new Set([...sources.keys()].map(folderOf).filter(folder => folder !== ''))
  const missing = [...present].filter(folder => !rules.folders.has(folder))
  const gone = [...rules.folders.keys()].filter(folder => !present.has(folder))
  const inside = new Set([...sources.keys()].map(innerFolderOf))
  const told = new Set(Array.from(rules.inner.keys(), name => name.split('/')[0]))
  const untold = [...inside].filter(name => told.has(name.split('/')[0]) && !rules.inner.has(name))
  gone.push(...[...rules.inner.keys()].filter(name => !inside.has(name)))
  missing.push(...untold.filter(name => name.includes('/')))
  return [
    ...missing.map(name => `src/${name}/ is not in the table of ARCHITECTURE.md. Add a row with its number.`),
    ...gone.map(name => `ARCHITECTURE.md lists src/${name}/, which has no source file. Remove the row.`),
  ]
}

function layer({ from, line, specifier, to }: Import, rules: Rules): string[] {
  if (to === undefined) return []
  const [here, there] = [folderOf(from), folderOf(to)]
  if (here === there) return []
  const place = `${from}:${line} imports ${specifier}`
  if (there === '')
    return [`${place}: nothing inside src/ imports the library's door. Import the folder itself.`]
  if (here === '') return there === 'cli' ? [`${place}: the library does not need the command line.`] : []
  const mine = rules.folders.get(here)
  const other = rules.folders.get(there)
  if (mine === undefined || other === undefined || other < mine) return []
  return [
    `${place}: "${here}" is ${mine} and may import only lower numbers, but "${there}" is ${other}. ` +
      'Move what both need further down, or let the caller pass it in.',
  ]
}

/** Between folders inside one folder, where the map tells their order. */
function innerLayer({ from, line, specifier, to }: Import, { inner }: Rules): string[] {
  if (to === undefined) return []
  const [here, there] = [innerFolderOf(from), innerFolderOf(to)]
  const [mine, other] = [inner.get(here), inner.get(there)]
  if (here === there || mine === undefined || other === undefined || other < mine) return []
  return [
    `${from}:${line} imports ${specifier}: "${here}" is ${mine} and may import only lower numbers, but "${there}" is ${other}. ` +
      'Move what both need further down, or let the caller pass it in.',
  ]
}

function entry({ from, line, specifier, to }: Import, rules: Rules): string[] {
  if (to === undefined || folderOf(from) === folderOf(to) || rules.open.includes(folderOf(to))) return []
  const door = `src/${folderOf(to)}/index.ts`
  if (to === door || folderOf(to) === '') return []
  // Browsers load files, not folders.
  if (rules.browser.includes(to) && rules.browser.includes(from)) return []
  return [
    `${from}:${line} imports ${specifier}: enter the folder through ${door}, and export there what is needed.`,
  ]
}

/** A folder inside a folder that has an index is entered through that, too. */
function innerEntry({ from, line, specifier, to }: Import, sources: Sources): string[] {
  if (to === undefined) return []
  const folders = to.split('/').slice(0, -1)
  for (let depth = 3; depth <= folders.length; depth++) {
    const folder = folders.slice(0, depth).join('/')
    const door = `${folder}/index.ts`
    if (to === door || from.startsWith(`${folder}/`) || !sources.has(door)) continue
    return [
      `${from}:${line} imports ${specifier}: enter the folder through ${door}, and export there what is needed.`,
    ]
  }
  return []
}

function packageUse(
  { from, line, specifier, to }: Import,
  rules: Rules,
  dependencies: readonly string[],
): string[] {
  if (to !== undefined || specifier.startsWith('node:')) return []
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const place = `${from}:${line} imports ${specifier}`
  const found: string[] = []
  if (!dependencies.includes(name))
    found.push(`${place}: it is not among the dependencies of package.json. Add it.`)
  for (const { names, places } of rules.packages)
    if (names.some(pattern => matches(pattern, name)) && !places.some(allowed => isIn(allowed, from)))
      found.push(`${place}: only ${places.join(' and ')} may. Call what is exported there.`)
  return found
}

/** A file that files of its own import again, told once per circle, as a walk along it. */
function circles(imports: readonly Import[]): string[] {
  const targets = byFile(imports)
  const done = new Set<string>()
  const found: string[] = []
  const walk = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file)
    if (start >= 0) found.push(circle([...trail.slice(start), file]))
    if (start >= 0 || done.has(file)) return
    for (const { to } of targets.get(file) ?? []) if (to !== undefined) walk(to, [...trail, file])
    done.add(file)
  }
  for (const file of targets.keys()) walk(file, [])
  return found
}

function byFile(imports: readonly Import[]): Map<string, Import[]> {
  const files = new Map<string, Import[]>()
  for (const one of imports) files.set(one.from, [...(files.get(one.from) ?? []), one])
  return files
}

function circle(files: readonly string[]): string {
  return `${files.join(' imports ')}: a circle. Move what they share into a file of its own.`
}

function browserUse(imports: readonly Import[], rules: Rules, sources: Sources): string[] {
  const found = rules.browser
    .filter(file => !sources.has(file))
    .map(file => `ARCHITECTURE.md names ${file}, which does not exist.`)
  const targets = byFile(imports)
  const seen = new Set<string>()
  const queue = [...rules.browser]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const { from, line, specifier, to, isType } of targets.get(file) ?? []) {
      if (isType) continue
      if (to !== undefined) queue.push(to)
      else if (
        specifier.startsWith('node:') ||
        rules.packages.some(({ names }) => names.some(n => matches(n, specifier)))
      )
        found.push(
          `${from}:${line} imports ${specifier}, but loads in browsers too. Move that part to another file.`,
        )
    }
  }
  return found
}

/** What files outside `src/` that run in browsers import beside each other and the files that the map names: nothing but types. */
export function webViolations(sources: Sources, { browser }: Rules): string[] {
  return readImports(sources).flatMap(({ from, line, specifier, to, isType }) => {
    const isOurs = to !== undefined && (to.startsWith('web/') || browser.includes(to))
    if (isOurs || (to === undefined && isType)) return []
    return [
      `${from}:${line} imports ${specifier}, which ARCHITECTURE.md does not name among the files that load in browsers.`,
    ]
  })
}

/** Packages that are bundled into the studio's page. */
const studioPackages = [
  'react',
  'react-dom',
  'react-aria-components',
  '@tanstack/react-query',
  '@tanstack/react-virtual',
  'react-markdown',
  'remark-gfm',
  '@observablehq/plot',
]

/** What the studio's page imports beside its own files: types, files that load in browsers, and what is bundled. */
export function studioViolations(sources: Sources, { browser }: Rules): string[] {
  return readImports(sources).flatMap(({ from, line, specifier, to, isType }) => {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    const isOurs = to !== undefined && (to.startsWith('studio/') || browser.includes(to))
    const isBundled = to === undefined && (studioPackages.includes(name) || specifier.startsWith('virtual:'))
    if (isType || isOurs || isBundled) return []
    return [
      `${from}:${line} imports ${specifier}, which is neither a type nor among what ARCHITECTURE.md names for the studio's page.`,
    ]
  })
}

/** The names a door exports, types among them: of `export { a, type B as C } from './x.js'`. */
export function exportedNames(text: string): string[] {
  const lists = [...withoutComments(text).matchAll(/export\s+(?:type\s+)?\{([^}]*)\}/g)].map(
    match => match[1],
  )
  const names = lists.flatMap(list => list.split(',')).map(part => part.trim().replace(/^type\s+/, ''))
  return names.filter(name => name !== '').map(name => name.split(/\s+as\s+/).at(-1) ?? name)
}

function folderOf(file: string): string {
  const parts = file.split('/')
  return parts.length > 2 ? parts[1] : ''
}

/** Such as `train/loop`; of a file that lies in no folder inside a folder, that folder. */
function innerFolderOf(file: string): string {
  return file.split('/').slice(1, -1).slice(0, 2).join('/')
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts')
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

function isIn(place: string, file: string): boolean {
  return place.endsWith('/') ? file.startsWith(place) : file === place
}

/** The text with comments blanked out, lines kept. Good enough for sources that tell no lies in their strings. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, comment => comment.replace(/[^\n]/g, ' '))
    .replace(/^\s*\/\/.*$/gm, '')
}

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim())
}

/** The names in backquotes behind the colon of the sentence that begins so, to the end of its paragraph's line. */
function listAfter(markdown: string, words: string): string[] {
  return quoted(new RegExp(`${words}[^:]*:\\s*([^\\n]*)`).exec(markdown)?.[1] ?? '')
}

function bare(cell: string): string {
  return cell.replaceAll('`', '')
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1])
}
