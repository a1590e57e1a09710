import { addAbortSignal } from 'node:stream'
import type { Command } from '@commander-js/extra-typings'
import { ChiquitoError, probabilityText, throwIfAborted } from '../../core/index.js'
import { integer } from '../options.js'
import { oneLine } from '../output.js'
import { addExamples } from '../program.js'
import type { Shell } from '../shell.js'
import { addDeviceOptions } from './shared.js'

/** The largest photo read from standard input. */
const maxInputBytes = 256 * 1024 * 1024

/** Photos that are not judged and need no summary beside their own lines. */
const fewBad = 3

/** `chiquito predict`: a verdict a photo. */
export function registerPredict(program: Command, shell: Shell): void {
  const command = addDeviceOptions(
    program
      .command('predict')
      .description('say what photos show')
      .argument('<model>', 'a model.onnx, or the folder of a run')
      .argument('<photos...>', 'photos, folders of photos, or - for one photo on standard input')
      .option(
        '--tta <views>',
        'augmented views beside the plain photo, averaged (0)',
        integer('--tta', { min: 0, max: 32 }),
      )
      .option(
        '--explain <folder>',
        'draw what spoke for the label of each photo and what against: a PNG a photo, into a new folder or one of such pictures',
      )
      .option('--follow-links', 'follow links that lead out of a folder'),
  ).action((model, photos, options) =>
    shell.run(async work => {
      const { predict } = await import('../../actions/predict.js')
      const piped = photos.includes('-') ? { path: '-', bytes: await standardInput(work.signal) } : '-'
      const paths = photos.map(photo => (photo === '-' ? piped : photo))
      const result = await predict({ ...options, ...work, model, paths })
      const { displayWidth, lostPhotos, shortLabel } = await import('../../report/index.js')
      const shown = (label: string, abstained: boolean) => (abstained ? 'neither' : shortLabel(label))
      const width = result.predictions.reduce(
        (most, { label, abstained }) => Math.max(most, displayWidth(shown(label, abstained))),
        result.labels.reduce((most, label) => Math.max(most, displayWidth(shortLabel(label))), 0),
      )
      const lines = result.predictions.map(({ path, label, probabilities, abstained, explanation }) => {
        const sure = probabilityText(Math.max(...probabilities)).padStart(7)
        const name = shown(label, abstained)
        const columns = `${name}${' '.repeat(width - displayWidth(name))}  `
        const why = explanation ? `  why: ${oneLine(explanation.path)}` : ''
        return abstained
          ? `${columns}      –  ${oneLine(path)} (its likeliest label: ${shortLabel(label)}, ${sure.trim()})${why}`
          : `${columns}${sure}  ${oneLine(path)}${why}`
      })
      const bad = result.unreadable.map(
        ({ path, reason }) => `not judged: ${oneLine(path)}: ${oneLine(reason)}`,
      )
      // A few stand there anyway; many need a sentence.
      const lost =
        bad.length > fewBad
          ? lostPhotos(result.unreadable, result.predictions.length + bad.length)
          : undefined
      const failed = result.predictions.length === 0
      return {
        json: result,
        text: [...lines, ...bad, ...(lost === undefined ? [] : [`! ${lost}`])].join('\n'),
        failed,
      }
    }),
  )
  addExamples(command, [
    'chiquito predict runs/first photo.jpg',
    'chiquito predict model.onnx holiday/ --json',
    'chiquito predict runs/first holiday/ --explain why',
    'curl -s https://example.org/photo.jpg | chiquito predict runs/first -',
  ])
}

/** All of standard input. Whoever waits for it in vain can stop: nothing else would notice the signal. */
async function standardInput(signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin)) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > maxInputBytes)
        throw new ChiquitoError(
          'image',
          `Standard input holds more than ${maxInputBytes} bytes. Give one photo.`,
        )
      chunks.push(bytes)
    }
  } catch (error) {
    throwIfAborted(signal)
    throw error
  }
  return Buffer.concat(chunks)
}
