import path from 'node:path'
import { probabilityText, throwIfAborted, toldProbability, type WorkOptions } from '../core/index.js'
import {
  makeFolder,
  markOutput,
  nameWith,
  plainName,
  requireOutputFile,
  requireOwnFolder,
  writeFileAtomic,
} from '../files/index.js'
import { encodePng, withPngTexts } from '../images/index.js'
import type { Explanation, JudgedPhoto, Predictor, WrittenExplanation } from '../predict/index.js'

/** Of folders with nothing but explanations in them, which are then never taken for photos. */
const KIND = 'explanations'

/** Bytes that a photo's name, and a label, take in the name of its explanation: together they fit everywhere. */
const MAX_PHOTO_BYTES = 120
const MAX_LABEL_BYTES = 60

/** Labels that a picture tells of, the most probable first. */
const MOST_LABELS = 5

/** How every explanation begins, so that none replaces anything else. */
const SOFTWARE = 'chiquito predict'
const beginning = /^.PNG.{33}iTXtSoftware.{5}chiquito/s

/** @throws `usage`, `io` where explanations cannot be put there */
export function requireExplanationsFolder(folder: string): Promise<void> {
  return requireOwnFolder(folder, KIND, '--explain')
}

/** What explains photo after photo, each as a PNG in the folder: `IMG_1.cat-98.2.png`. */
export function explaining(
  predictor: Predictor,
  folder: string,
  { progress, signal }: WorkOptions,
): (judged: JudgedPhoto, view: Uint8Array) => Promise<WrittenExplanation> {
  const names = new Set<string>()
  let isFirst = true
  return async (judged, view) => {
    const { drawExplanation } = await import('../explain/index.js')
    const explanation = await predictor.explainView(view, signal)
    if (isFirst) {
      tellMethod(explanation, progress)
      await makeFolder(folder)
      await markOutput(folder, KIND)
      isFirst = false
    }
    const picture = drawExplanation(view, predictor.metadata.view.size, explanation)
    const texts = { Software: SOFTWARE, Description: described(judged, explanation, predictor.labels) }
    const png = withPngTexts(await encodePng(picture), texts)
    const file = path.join(folder, freeName(nameOf(judged), names))
    throwIfAborted(signal)
    await requireOutputFile(file, 'explanation', beginning)
    await writeFileAtomic(file, png)
    return { path: file, method: explanation.method, label: explanation.label }
  }
}

function tellMethod({ why }: Explanation, progress: WorkOptions['progress']): void {
  if (why === undefined) return
  const message = `This model cannot be explained by gradients: ${why}. So one place of each photo after another is covered (occlusion), which takes longer.`
  progress?.({ kind: 'notice', message })
}

function nameOf({ path: photo, label, probabilities, abstained }: JudgedPhoto): string {
  const { name } = path.parse(photo === '-' ? 'standard-input' : photo)
  const sure = (100 * toldProbability(Math.max(...probabilities)).share).toFixed(1)
  const verdict = abstained ? 'neither' : `${plainName(label, MAX_LABEL_BYTES) || 'label'}-${sure}`
  return `${plainName(name, MAX_PHOTO_BYTES) || 'photo'}.${verdict}.png`
}

/** The name, or with a number behind it: no two photos share one, also where letter case makes no difference. */
function freeName(name: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : nameWith(name, `-${number}`)
    const key = free.toLowerCase()
    if (taken.has(key)) continue
    taken.add(key)
    return free
  }
}

/** What the picture shows, in words. */
function described(
  { path: photo, probabilities, abstained }: JudgedPhoto,
  { method, label }: Explanation,
  labels: readonly string[],
): string {
  const shares = labels
    .map((name, k) => ({ name, share: probabilities[k] }))
    .sort((a, b) => b.share - a.share)
    .slice(0, MOST_LABELS)
    .map(({ name, share }) => `${name} ${probabilityText(share)}`)
    .join(', ')
  const by = method === 'grad-cam' ? 'Grad-CAM' : 'occlusion'
  return [
    `${photo}: ${abstained ? 'neither; its labels: ' : ''}${shares}.`,
    `Left: the photo as the network sees it. Middle, blue: what spoke for "${label}". Right, orange: what spoke against it (${by}).`,
  ].join('\n')
}
