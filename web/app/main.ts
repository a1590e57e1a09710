import { SITE_ELEMENT, type Site, type SiteRuntime } from '../../src/app/site.js'
import { ChiquitoError, messageOf } from '../../src/core/error.js'
import { type PhotoProblem, UnreadablePhoto } from '../../src/images/unreadable.js'
import { loadModel } from '../library/load-model.js'
import type { Classifier, ImageInput, RuntimeFiles, Verdict } from '../library/types.js'
import { canUnpack } from '../library/unpacked.js'
import { Camera, type CameraTrouble } from './camera.js'
import { contextOf, element } from './elements.js'
import { drawHeat } from './heat.js'
import { listenForPictures, sharedPicture } from './intake.js'
import { Loading } from './loading.js'
import { canShare, captioned, shareOrSave } from './share.js'
import { listenForUpdates } from './updates.js'
import { VerdictView } from './verdict-view.js'
import { catalogue, languageOf, type Words } from './words.js'

const site: Site = JSON.parse(document.getElementById(SITE_ELEMENT)?.textContent ?? '{}')
const language = languageOf(navigator.languages)
const words = catalogue[language]

/** Longest side of a picture as the page keeps it to show and to share, in pixels. */
const SHOWN_SIDE = 1600

const picture = element('picture', HTMLCanvasElement)
const heat = element('heat', HTMLCanvasElement)
const video = element('video', HTMLVideoElement)
const invitation = element('invitation', HTMLElement)
const photoTools = element('photo-tools', HTMLElement)
const liveTools = element('live-tools', HTMLElement)
const trouble = element('trouble', HTMLElement)
const whyButton = element('why', HTMLButtonElement)
const legend = element('legend', HTMLElement)
const cameraButton = element('camera', HTMLButtonElement)
const camera = new Camera(video)

/** What stands on the page: the picture that was judged last, and its verdict. */
let shown: { readonly image: ImageInput; readonly verdict: Verdict } | undefined
/** Counts pictures: an answer to one that is gone is not shown. */
let turn = 0
let classifier: Classifier | undefined
const view = new VerdictView(site, () => classifier?.labels ?? [], words, language)

translate(words)
const ready = start()
ready.catch((error: unknown) => {
  document.body.dataset.state = 'failed'
  tell(`${words.failed}: ${messageOf(error)}`)
})
const fileInput = element('file', HTMLInputElement)
listenForPictures(fileInput, file => void look(file))
// Who comes by keyboard has the button below.
invitation.addEventListener('click', () => fileInput.click())
cameraButton.hidden = !Camera.isThere
cameraButton.addEventListener('click', () => void (camera.isOn ? stopCamera() : startCamera()))
element('turn', HTMLButtonElement).addEventListener('click', () => void startCamera(true))
element('snap', HTMLButtonElement).addEventListener('click', () => void snap())
element('share', HTMLButtonElement).addEventListener('click', () => void share())
whyButton.addEventListener('click', () => void toggleWhy())
void sharedPicture().then(file => file && look(file))

function translate(words: Words): void {
  document.documentElement.lang = language
  for (const one of document.querySelectorAll<HTMLElement>('[data-words]'))
    one.textContent = text(one.dataset.words)
  for (const one of document.querySelectorAll<HTMLElement>('[data-label]'))
    one.setAttribute('aria-label', text(one.dataset.label))
  element('share', HTMLButtonElement).textContent = canShare() ? words.share : words.save
}

function text(key: string | undefined): string {
  const found = Object.entries(words).find(([name]) => name === key)
  return found?.[1] ?? ''
}

async function start(): Promise<Classifier> {
  const model = canUnpack() ? site.model.packed : site.model
  const { packed } = site.runtime.wasm
  const loading = new Loading(words, language, model.bytes, isKept() ? undefined : packed.bytes)
  const loaded = await loadModel(at(model.path), {
    worker: await workerAddress(),
    runtime: {
      wasm: runtimeFiles(site.runtime.wasm),
      ...(site.runtime.webgpu && { webgpu: runtimeFiles(site.runtime.webgpu) }),
    },
    device: site.runtime.webgpu ? 'auto' : 'wasm',
    progress: loaded => loading.show(loaded),
  })
  classifier = loaded
  document.body.dataset.state = 'ready'
  await selfCheck(loaded)
  listenForUpdates(() => {
    element('offline', HTMLElement).hidden = false
  }).catch(() => undefined)
  return loaded
}

function at(path: string): string {
  return new URL(path, document.baseURI).href
}

function runtimeFiles({ script, loader, wasm, packed }: SiteRuntime): RuntimeFiles {
  const files = { script: at(script), loader: at(loader), wasm: at(wasm) }
  // A service worker has it unpacked, and what is compiled of that is kept by the browser.
  return isKept() ? files : { ...files, packed: at(packed.path) }
}

/** Whether this is not the first visit, and everything there already. */
function isKept(): boolean {
  return 'serviceWorker' in navigator && navigator.serviceWorker.controller !== null
}

/**
 * A worker out of a blob has the page's own content policy, and so can send nothing anywhere either. The blob holds the whole script: what it would
 * import, Firefox asks the network for, past the service worker.
 */
async function workerAddress(): Promise<string> {
  const response = await fetch(at(site.worker))
  if (!response.ok) throw new ChiquitoError('io', `${site.worker}: ${response.status}`)
  return URL.createObjectURL(new Blob([await response.blob()], { type: 'text/javascript' }))
}

async function selfCheck(classifier: Classifier): Promise<void> {
  const { agrees, photos } = await classifier.check()
  const told = element('checked', HTMLElement)
  told.textContent = !agrees ? words.disagrees : photos === 0 ? words.unchecked : words.checked
  told.classList.toggle('bad', !agrees)
  document.body.dataset.checked = agrees ? 'yes' : 'no'
}

function tell(what: string | undefined): void {
  trouble.hidden = what === undefined
  trouble.textContent = what ?? ''
}

/** Shows a picture and its verdict. */
async function look(image: Blob | HTMLCanvasElement): Promise<void> {
  if (camera.isOn) stopCamera()
  const mine = ++turn
  tell(undefined)
  shown = undefined
  photoTools.hidden = true
  hideWhy()
  view.looking()
  try {
    await drawPicture(image)
    if (mine !== turn) return
    const verdict = await (await ready).classify(image)
    if (mine !== turn) return
    shown = { image, verdict }
    view.show(verdict, false)
    photoTools.hidden = false
    whyButton.hidden = !classifier?.explains
  } catch (error) {
    if (mine !== turn) return
    view.clear()
    showPart('invitation')
    tell(refusalWords(error, image))
  }
}

/** Why a picture is not judged, in the visitor's language as far as that is known. */
function refusalWords(error: unknown, image: Blob | HTMLCanvasElement): string {
  if (!(error instanceof ChiquitoError) || error.code !== 'image') return messageOf(error)
  if (!(error instanceof UnreadablePhoto)) return `${words.notRead} (${error.message})`
  const reasons: Readonly<Record<PhotoProblem, string>> = {
    'no-photo': words.notPhoto,
    damaged: words.damaged,
    large: words.large,
    small: words.small,
  }
  const reason = reasons[error.problem]
  return image instanceof File ? `${image.name}: ${reason}` : reason
}

async function drawPicture(image: Blob | HTMLCanvasElement): Promise<void> {
  // What cannot be shown is judged all the same, or refused there with a reason.
  const bitmap = await createImageBitmap(image).catch(() => undefined)
  if (!bitmap) return
  const scale = Math.min(1, SHOWN_SIDE / Math.max(bitmap.width, bitmap.height))
  picture.width = Math.max(1, Math.round(bitmap.width * scale))
  picture.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = contextOf(picture)
  context.fillStyle = '#fff'
  context.fillRect(0, 0, picture.width, picture.height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, picture.width, picture.height)
  bitmap.close()
  showPart('picture')
}

function showPart(part: 'picture' | 'video' | 'invitation'): void {
  picture.hidden = part !== 'picture'
  video.hidden = part !== 'video'
  invitation.hidden = part !== 'invitation'
  liveTools.hidden = part !== 'video'
  cameraButton.textContent = part === 'video' ? words.stopCamera : words.camera
}

async function startCamera(turned = false): Promise<void> {
  const mine = ++turn
  shown = undefined
  photoTools.hidden = true
  hideWhy()
  view.clear()
  tell(undefined)
  showPart('video')
  const wrong = await (turned ? camera.turnRound() : camera.start())
  if (mine !== turn) return
  if (wrong) {
    showPart('invitation')
    tell(cameraWords(wrong))
    return
  }
  await watch(mine)
}

function cameraWords(wrong: CameraTrouble): string {
  return { none: words.noCamera, denied: words.cameraDenied, failed: words.cameraFailed }[wrong]
}

function stopCamera(): void {
  turn++
  camera.stop()
  view.clear()
  showPart('invitation')
}

/** A verdict on each frame, as fast as they can be had. */
async function watch(mine: number): Promise<void> {
  const model = await ready
  while (mine === turn && camera.isOn) {
    await camera.nextFrame()
    if (document.hidden || video.videoWidth === 0) continue
    try {
      const verdict = await model.classify(video)
      if (mine !== turn) return
      view.show(verdict, true)
      document.body.dataset.frames = String(Number(document.body.dataset.frames ?? 0) + 1)
    } catch (error) {
      if (mine !== turn) return
      // A frame may be gone before it is read; the next one comes.
      if (error instanceof ChiquitoError && error.code === 'image') continue
      stopCamera()
      tell(messageOf(error))
    }
  }
}

/** The frame that is seen now, kept. */
async function snap(): Promise<void> {
  if (video.videoWidth === 0) return
  const still = document.createElement('canvas')
  still.width = video.videoWidth
  still.height = video.videoHeight
  contextOf(still).drawImage(video, 0, 0)
  await look(still)
}

async function share(): Promise<void> {
  if (!shown) return
  const { verdict } = shown
  const word = view.wordOf(verdict)
  const caption = { title: site.title, word, note: view.noteOf(verdict), mood: view.mood(verdict) }
  try {
    await shareOrSave(await captioned(picture, caption), `${site.title}: ${word}`)
  } catch (error) {
    tell(messageOf(error))
  }
}

function hideWhy(): void {
  heat.hidden = true
  legend.hidden = true
  whyButton.setAttribute('aria-pressed', 'false')
  whyButton.textContent = words.why
}

async function toggleWhy(): Promise<void> {
  if (!heat.hidden) {
    hideWhy()
    return
  }
  if (!shown || !classifier) return
  const mine = turn
  try {
    const explanation = await classifier.explain(shown.image)
    if (mine !== turn) return
    drawHeat(heat, explanation, picture, classifier.resize)
    heat.hidden = false
    legend.hidden = false
    whyButton.setAttribute('aria-pressed', 'true')
    whyButton.textContent = words.hideWhy
  } catch (error) {
    tell(messageOf(error))
  }
}
