import { posix } from 'node:path'
import { z } from 'zod'
import { kindByName } from './kind.js'
import { Names, nameProblem } from './names.js'
import type { Listing } from './read-archive.js'
import { entry, refusal } from './refusal.js'
import type { ArchivedFile } from './sink.js'

/** A project's samples are called `<class>-!-<number>.jpg`, and lie side by side. */
const sampleName = /^(.+)-!-(\d+)\.(jpe?g|png|webp)$/is

/** What the project file says of itself; everything else in it is of no interest here. */
const manifestSchema = z.object({ type: z.string().optional(), appdata: z.unknown() })
type Manifest = z.infer<typeof manifestSchema>

/**
 * Where the photos of a Teachable Machine project go: `<class>/<number>.jpg`, by the names that they have in it. A project
 * that was unpacked and packed again lies in a folder of its own, and macOS adds a folder of hidden files.
 *
 * @returns a file's new name by its name, undefined for an archive that is no project
 * @throws `data` for a project without photos (sounds), and for classes that cannot be folders
 */
export async function teachableNames(
  archive: string,
  { files, textOf }: Listing,
): Promise<ReadonlyMap<string, string> | undefined> {
  const visible = files.filter(isVisible)
  const folders = new Set(visible.map(({ name }) => posix.dirname(name)))
  const [folder] = folders
  if (folders.size !== 1 || folder.includes('/')) return undefined
  const samples = visible.flatMap(({ name }) => {
    const match = sampleName.exec(posix.basename(name))
    return match === null ? [] : [{ name, label: match[1].trim(), file: `${Number(match[2])}.${match[3]}` }]
  })
  const manifest = parseManifest(await textOf(posix.join(folder, 'manifest.json')))
  const isProject = samples.length > 0 || manifest?.appdata !== undefined || /\.tm$/i.test(archive)
  if (!isProject) return undefined
  requireImages(manifest, archive)
  if (samples.length === 0)
    throw refusal(
      archive,
      'it is no Teachable Machine project with photos: no file is called "<class>-!-<number>.jpg"',
    )
  const names = new Names()
  const found = new Map<string, string>()
  for (const { name, label, file } of samples) {
    const to = `${label}/${file}`
    const problem = nameProblem(to) ?? hiddenProblem(to) ?? names.addFile(to)
    if (problem !== undefined)
      throw refusal(archive, `${entry(name)}: as ${JSON.stringify(to)} it ${problem}`)
    found.set(name, to)
  }
  return found
}

/** Whether it is none of what macOS adds; a class may be called as hidden files are. */
function isVisible({ name }: ArchivedFile): boolean {
  const file = posix.basename(name)
  const isSample = sampleName.test(file) && !file.startsWith('._')
  return kindByName(isSample ? posix.join(posix.dirname(name), 'photo') : name) !== 'hidden'
}

function hiddenProblem(to: string): string | undefined {
  return kindByName(to) === 'hidden' ? 'would be hidden: give the class another name' : undefined
}

function requireImages(manifest: Manifest | undefined, archive: string): void {
  const type = manifest?.type ?? 'image'
  if (type !== 'image')
    throw refusal(
      archive,
      `it is a Teachable Machine project of the type ${JSON.stringify(type)}; only image projects hold photos`,
    )
}

function parseManifest(text: string | undefined): Manifest | undefined {
  if (text === undefined) return undefined
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
