import { z } from 'zod'
import { Names, nameProblem } from './names.js'
import type { Listing } from './read-archive.js'
import { entry, refusal } from './refusal.js'

/** A project's samples are called `<class>-!-<number>.jpg`, and lie side by side. */
const sampleName = /^(.+)-!-(\d+)\.(jpe?g|png|webp)$/is

/** What the project file says of itself; everything else in it is of no interest here. */
const manifestSchema = z.object({ type: z.string().optional(), appdata: z.unknown() })

/**
 * Where the photos of a Teachable Machine project go: `<class>/<number>.jpg`, by the names that they have in it.
 *
 * @returns a file's new name by its name, undefined for an archive that is no project
 * @throws `data` for a project without photos (sounds), and for classes that cannot be folders
 */
export async function teachableNames(
  archive: string,
  { files, textOf }: Listing,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (files.some(({ name }) => name.includes('/'))) return undefined
  const samples = files.flatMap(({ name }) => {
    const match = sampleName.exec(name)
    return match === null ? [] : [{ name, label: match[1].trim(), file: `${Number(match[2])}.${match[3]}` }]
  })
  const manifest = parseManifest(await textOf('manifest.json'))
  const isProject = samples.length > 0 || manifest?.appdata !== undefined || /\.tm$/i.test(archive)
  if (!isProject) return undefined
  const type = manifest?.type ?? 'image'
  if (type !== 'image')
    throw refusal(
      archive,
      `it is a Teachable Machine project of the type ${JSON.stringify(type)}; only image projects hold photos`,
    )
  const names = new Names()
  const found = new Map<string, string>()
  for (const { name, label, file } of samples) {
    const to = `${label}/${file}`
    const problem = nameProblem(to) ?? names.addFile(to)
    if (problem !== undefined)
      throw refusal(archive, `${entry(name)}: as ${JSON.stringify(to)} it ${problem}`)
    found.set(name, to)
  }
  if (found.size === 0)
    throw refusal(
      archive,
      'it is no Teachable Machine project with photos: no file is called "<class>-!-<number>.jpg"',
    )
  return found
}

function parseManifest(text: string | undefined): z.infer<typeof manifestSchema> | undefined {
  if (text === undefined) return undefined
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
