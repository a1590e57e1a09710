import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { readModelFile } from '../../src/onnx/index.js'
import { parseModelMetadata } from '../../src/run/index.js'

/** Photos that all sides are asked about, and how far a probability may be from the product's own. */
export interface PhotoGroup {
  readonly name: string
  readonly files: readonly string[]
  /** Undefined where no answer is promised: what a library makes of such a file is its own. */
  readonly promised: number | undefined
}

/** What is promised in docs/decisions/0078-a-folder-for-pipelines.md. */
const promises = { golden: 1e-4, goldenInEightBits: 0.005, others: 0.05 } as const

const stretched = { fit: 'fill' } as const

/** Forms of a photo, each by what makes it: large ones, formats, orientations. */
const forms: Readonly<Record<string, (photo: Sharp) => Sharp>> = {
  '12-megapixels.jpg': photo => photo.resize(4000, 3000, stretched).jpeg({ quality: 90 }),
  '20-megapixels-upright.jpg': photo => photo.resize(4000, 5000, stretched).jpeg({ quality: 80 }),
  'progressive.jpg': photo => photo.resize(1600, 1200, stretched).jpeg({ progressive: true }),
  'small.jpg': photo => photo.resize(120, 90, stretched).jpeg({ quality: 95 }),
  'grey.jpg': photo => photo.resize(900, 600, stretched).greyscale().jpeg(),
  ...Object.fromEntries(
    [3, 6, 7, 8].map(orientation => [
      `orientation-${orientation}.jpg`,
      (photo: Sharp) => photo.resize(900, 600, stretched).jpeg().withMetadata({ orientation }),
    ]),
  ),
}

const formats: typeof forms = {
  '6-megapixels.png': photo => photo.resize(3000, 2000, stretched).png(),
  'narrow.png': photo => photo.resize(1800, 100, stretched).png(),
  'tiny.png': photo => photo.resize(17, 23, stretched).png(),
  'as-it-is.png': photo => photo.png(),
  '256-colours.png': photo => photo.resize(640, 480, stretched).png({ palette: true }),
  '16-bits.png': photo => photo.resize(640, 480, stretched).toColourspace('rgb16').png(),
  'lossless.webp': photo => photo.resize(1500, 1500, stretched).webp({ lossless: true }),
  'first-frame.gif': photo => photo.resize(640, 480, stretched).gif(),
  'lossy.webp': photo => photo.resize(1500, 1100, stretched).webp({ quality: 80 }),
  'lossy.avif': photo => photo.resize(1200, 900, stretched).avif({ quality: 70 }),
}

/** Files of which libraries make different pictures, or none. */
const otherwise: typeof forms = {
  'transparent.png': photo => photo.resize(640, 480, stretched).ensureAlpha(0.25).png(),
  'grey-transparent.png': photo =>
    photo.resize(640, 480, stretched).greyscale().toColourspace('b-w').ensureAlpha(0.25).png(),
  'grey-16-bits.png': photo => photo.resize(640, 480, stretched).greyscale().toColourspace('grey16').png(),
  'lzw.tiff': photo => photo.resize(2000, 1300, stretched).tiff({ compression: 'lzw' }),
  'cmyk.jpg': photo => photo.resize(640, 480, stretched).toColourspace('cmyk').jpeg(),
}

/** The golden photos that a model carries, as files. */
export async function goldenPhotos(model: string, out: string): Promise<PhotoGroup> {
  const { metadata, producer } = await readModelFile(model)
  await mkdir(out, { recursive: true })
  const files: string[] = []
  const { golden, precision } = parseModelMetadata(metadata, model, producer)
  for (const [i, { png }] of golden.entries()) {
    files.push(path.join(out, `${i}.png`))
    await writeFile(files[i], png)
  }
  const promised = precision?.weights === 'int8' ? promises.goldenInEightBits : promises.golden
  return { name: 'golden photos', files, promised }
}

/** The article's validation photos as they are, and some of them in many sizes and formats. */
export async function askedPhotos(article: string, out: string): Promise<PhotoGroup[]> {
  const valid = path.join(article, 'valid')
  const labels = (await readdir(valid)).sort()
  const byLabel = await Promise.all(
    labels.map(async label =>
      (await readdir(path.join(valid, label))).sort().map(name => path.join(valid, label, name)),
    ),
  )
  const from = byLabel.map(([first]) => first)
  return [
    { name: 'validation photos', files: byLabel.flat(), promised: promises.others },
    { name: 'other JPEGs', files: await inForms(forms, from, out), promised: promises.others },
    { name: 'other formats', files: await inForms(formats, from, out), promised: promises.others },
    { name: 'read otherwise', files: await inForms(otherwise, from, out), promised: undefined },
  ]
}

async function inForms(all: typeof forms, photos: readonly string[], out: string): Promise<string[]> {
  const files: string[] = []
  for (const [i, photo] of photos.entries())
    for (const [name, form] of Object.entries(all)) {
      const file = path.join(out, String(i), name)
      await mkdir(path.dirname(file), { recursive: true })
      await form(sharp(photo).removeAlpha()).toFile(file)
      files.push(file)
    }
  return files
}
