// Renders the demo's pictures and packs them, always to the same bytes.
import { strToU8, type Zippable, zipSync } from 'fflate'
import sharp from 'sharp'
import { openIconSet } from './icon-set.js'
import { licenseText } from './licenses.js'
import { type Maker, makers } from './makers.js'
import { type Label, labels, shown, unseen } from './pictures.js'

/** Enough for a network that looks at 224 pixels to see a drawing; half the size would halve nothing but detail. */
const pixels = 128

/** At this quality the whole set stays below a megabyte, and edges look clean at twice the size. */
const quality = 78

export interface DemoDataset {
  readonly archive: Uint8Array
  readonly licenses: string
  /** Pictures by folder. */
  readonly counts: ReadonlyMap<string, number>
}

/**
 * An archive with `dataset/train/LABEL/`, `dataset/valid/LABEL/` (the same emoji by a maker who is not in training),
 * `unseen/` (other emoji by yet another maker) and `LICENSES.md`.
 */
export async function buildDemoDataset(): Promise<DemoDataset> {
  const files: Zippable = {}
  const counts = new Map<string, number>()
  const versions = new Map<string, string>()
  for (const maker of makers) {
    const set = openIconSet(maker.package)
    versions.set(maker.package, set.version)
    for (const label of labels) {
      const folder = folderOf(maker, label)
      for (const name of (maker.part === 'unseen' ? unseen : shown)[label]) {
        files[`${folder}/${maker.key}-${name}.webp`] = await render(set.svg(name, pixels))
        counts.set(folder, (counts.get(folder) ?? 0) + 1)
      }
    }
  }
  const licenses = licenseText(versions)
  files['LICENSES.md'] = strToU8(licenses)
  // Stored, as WebP does not shrink further, and dated as early as a zip can say, in whatever time zone.
  const archive = zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) })
  return { archive, licenses, counts }
}

function folderOf(maker: Maker, label: Label): string {
  return maker.part === 'unseen' ? 'unseen' : `dataset/${maker.part}/${label}`
}

async function render(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).webp({ quality, effort: 6 }).toBuffer()
}
