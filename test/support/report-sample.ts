// Made-up runs with drawn photos, to look at and to test the report with.
import sharp from 'sharp'
import { RandomStream } from '../../src/core/index.js'
import { calibrationFigures, evaluatePredictions, interpret } from '../../src/evaluate/index.js'
import { galleriesOf, galleryPhotos, type Picture, type ReportInput } from '../../src/report/index.js'

export interface SampleOptions {
  readonly labels: readonly string[]
  /** Photos of each class in the validation part. */
  readonly perClass: number
  /** How far the true class stands out; 5 is nearly always right. */
  readonly strength: number
  /** Name of the n-th validation photo of a class. */
  readonly path?: (label: string, n: number) => string
  readonly stages?: ReportInput['stages']
}

/** A drawn picture: one shape a class, colours and place by chance, as JPEG. */
export async function drawPhoto(kind: number, seed: number, size = 240): Promise<Uint8Array> {
  const random = RandomStream.fromSeed(seed).fork(kind)
  const hue = Math.round(random.uniform(0, 360))
  const x = random.uniform(90, 150)
  const y = random.uniform(90, 150)
  const r = random.uniform(50, 85)
  const corners = Array.from({ length: 3 + kind }, (_, i) => {
    const angle = (2 * Math.PI * i) / (3 + kind)
    return `${x + r * Math.sin(angle)},${y - r * Math.cos(angle)}`
  })
  const shape =
    kind === 0
      ? `<circle cx="${x}" cy="${y}" r="${r}" fill="#f2c9a0"/><circle cx="${x - 22}" cy="${y - 12}" r="7"/>
         <circle cx="${x + 22}" cy="${y - 12}" r="7"/><path d="M${x - 28} ${y + 22}q28 26 56 0" fill="none" stroke="#000" stroke-width="6"/>`
      : `<polygon points="${corners.join(' ')}" fill="hsl(${(hue + 180) % 360} 60% 60%)"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240"><rect width="240" height="240" fill="hsl(${hue} 45% 70%)"/>
    <rect y="${y + 40}" width="240" height="200" fill="hsl(${hue} 35% 45%)"/>${shape}</svg>`
  return new Uint8Array(await sharp(Buffer.from(svg)).resize(size, size).jpeg({ quality: 80 }).toBuffer())
}

/** A whole report's input, made of chance but consistent in itself. */
export async function sampleReport(options: SampleOptions): Promise<ReportInput> {
  const { labels, perClass, path = (label, n) => `valid/${label}/${n}. ${label}.jpg` } = options
  const { truth, probabilities } = drawPredictions(options)
  const evaluation = evaluatePredictions({ labels, truth, probabilities, copies: [1, 3] })
  const chosen = interpret(truth, probabilities, { classes: labels.length, random: RandomStream.fromSeed(7) })
  const pictures = new Map<number, Picture>()
  for (const photo of galleryPhotos(chosen)) pictures.set(photo, await drawPhoto(truth[photo], photo))
  const views = await Promise.all([11, 12, 13, 14, 15, 16].map(seed => drawPhoto(0, seed)))
  const points = rateCurve()
  return {
    made: '2018-07-18T12:00:00Z',
    evaluation,
    calibration: {
      ...calibrationFigures(truth, probabilities, 1.21),
      fittedOn: 'the training photos, each judged by heads that had not learnt from it',
    },
    tta: { views: 4, evaluation, calibration: calibrationFigures(truth, probabilities) },
    model: {
      file: 'runs/first/model.onnx',
      bytes: 14_512_331,
      backbone: { name: 'efficientnet-lite0', licence: 'Apache-2.0', source: 'ImageNet weights, embedded' },
      recipe: 'auto',
      inputSize: 224,
      resize: 'short side to 224, centre crop',
      predict: 'chiquito predict runs/first/model.onnx photo.jpg',
      more: [['Temperature', '1.21, fitted on cross-validated training photos']],
    },
    stages: options.stages ?? STAGES,
    choice: {
      method:
        'Five-fold cross-validation on the 440 training photos; the validation photos were not looked at.',
      candidates: [
        {
          name: 'logistic regression, crop',
          accuracy: 0.957,
          interval: [0.934, 0.972],
          logLoss: 0.134,
          chosen: false,
        },
        {
          name: 'logistic regression, crop + squash',
          accuracy: 0.968,
          interval: [0.947, 0.981],
          logLoss: 0.108,
          chosen: true,
        },
        {
          name: 'the article’s head on augmented views',
          accuracy: 0.948,
          interval: [0.923, 0.965],
          logLoss: 0.171,
          chosen: false,
          note: 'slower',
        },
      ],
    },
    rates: { points, suggestion: 0.0121 },
    augmented: {
      path: `train/${labels[0]}/17. detalle.jpg`,
      original: await drawPhoto(0, 10),
      versions: views,
      note: 'flip, rotate within 10°, brightness and contrast within 0.05, zoom up to 1.3',
    },
    galleries: galleriesOf(chosen, photo => ({
      picture: pictures.get(photo) ?? '',
      heat: pictures.get(photo) ?? '',
      path: path(labels[truth[photo]], photo),
    })),
    data: {
      root: 'data/dataset',
      split: 'folders train/ and valid/ as found',
      parts: ['train', 'valid'],
      classes: labels.map((label, k) => ({
        label,
        counts: [220, perClass],
        sizes:
          k === 1
            ? { smallest: [250, 250], median: [250, 250], largest: [250, 250] }
            : { smallest: [114, 96], median: [640, 427], largest: [3264, 2448] },
      })),
      formats: [
        { name: 'JPEG', count: 533 },
        { name: 'PNG', count: 7 },
      ],
      copies: [[`train/${labels[0]}/3. a.jpg`, `train/${labels[0]}/9. b.jpg`]],
      leaks: [
        {
          valid: path(labels[0], 1),
          train: `train/${labels[0]}/17. chiquito-de-la-calzada_detalle_articulo.jpg`,
        },
        { valid: path(labels[0], 3), train: `train/${labels[0]}/40. chiquito-1.jpg` },
      ],
      unreadable: [
        { path: `train/${labels[0]}/226. pic.asp`, reason: 'not an image: it begins like a web page' },
      ],
      skipped: [{ path: 'train/.DS_Store', reason: 'hidden file' }],
      hints: [
        `Every photo of “${labels[1]}” is 250 × 250 pixels and no other photo is: size alone tells the classes apart.`,
      ],
    },
    repeat: {
      command: 'chiquito train data/dataset --out runs/first --recipe auto --seed 0',
      seed: 0,
      fingerprint: 'sha256:4be2c1f09d5a7e63b1c8427f0d9e5a1b6c3d8f7e2a9b4c5d6e7f8091a2b3c4d5',
      versions: { chiquito: '0.1.0', node: '20.20.2', onnxruntime: '1.30.0', sharp: '0.35.5' },
      machine: '2 cores, x64, cpu',
    },
    timings: [
      { name: 'reading the photos', seconds: 3.4 },
      { name: 'features', seconds: 6.1 },
      { name: 'choosing the recipe', seconds: 1.2 },
      { name: 'training', seconds: 2.2 },
      { name: 'report', seconds: 0.7 },
    ],
  }
}

const STAGES: ReportInput['stages'] = [
  {
    name: 'head',
    note: 'SGD, rate 0.01, plain photos',
    seconds: 1.4,
    accuracy: 0.91,
    epochs: [
      { trainLoss: 0.82, validLoss: 0.46, accuracy: 0.87 },
      { trainLoss: 0.41, validLoss: 0.33, accuracy: 0.91 },
    ],
  },
  {
    name: 'head, augmented',
    note: 'one cycle an epoch, six augmented views',
    seconds: 3.2,
    accuracy: 0.95,
    epochs: [
      { trainLoss: 0.44, validLoss: 0.28, accuracy: 0.92 },
      { trainLoss: 0.33, validLoss: 0.24, accuracy: 0.93 },
      { trainLoss: 0.29, validLoss: 0.22, accuracy: 0.95 },
      { trainLoss: 0.27, validLoss: 0.21, accuracy: 0.95 },
    ],
  },
]

function drawPredictions({ labels, perClass, strength }: SampleOptions) {
  const random = RandomStream.fromSeed(3)
  const truth = labels.flatMap((_, k) => new Array<number>(perClass).fill(k))
  const probabilities = truth.map(t => {
    const powers = labels.map((_, k) => Math.exp(1.6 * random.normal() + (k === t ? strength : 0)))
    const total = powers.reduce((sum, power) => sum + power, 0)
    return powers.map(power => power / total)
  })
  return { truth, probabilities }
}

function rateCurve() {
  const random = RandomStream.fromSeed(5)
  let mean = 0
  return Array.from({ length: 100 }, (_, i) => {
    const rate = 1e-5 * 1e6 ** (i / 99)
    const at = Math.log10(rate)
    const loss =
      1.1 - 0.75 / (1 + Math.exp(-2.2 * (at + 2))) + Math.exp(2.6 * at) / 6 + 0.12 * random.normal()
    mean = 0.9 * mean + 0.1 * loss
    return { rate, loss, smoothed: mean / (1 - 0.9 ** (i + 1)) }
  })
}
