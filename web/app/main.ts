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
import { Pictures } from './pictures.js'
import { canShare, captioned, shareOrSave } from './share.js'
import { listenForUpdates } from './updates.js'
import { VerdictView } from './verdict-view.js'
import { catalogue, languageOf, type Words } from './words.js'

const site: Site = JSON.parse(document.getElementById(SITE_ELEMENT)?.textContent ?? '{}')
const language = languageOf(navigator.languages)
const words = catalogue[language]

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
const camera = new Camera(video, () => {
  stopCamera()
  tell(words.cameraLost)
})
const workerScript = workerAddress()
const pictures = new Pictures(workerScript)

/** What stands on the page: the picture that was judged last, and its verdict. */
let shown: { readonly image: ImageInput; readonly verdict: Verdict } | undefined
/** Counts pictures: an answer to one that is gone is not shown. */
let turn = 0
/** Ends the work on a picture that is being looked at. */
let looking: AbortController | undefined
let classifier: Classifier | undefined
const view = new VerdictView(site, () => classifier?.labels ?? [], words, language)

translate(words)
const ready = start()
ready.catch((error: unknown) => {
  document.body.dataset.state = 'failed'
  tell(failureWords(error))
})
const fileInput = element('file', HTMLInputElement)
const isChoosing = listenForPictures(fileInput, file => void look(file))
// Who comes by keyboard has the button below.
invitation.addEventListener('click', () => fileInput.click())
cameraButton.hidden = !Camera.isThere
cameraButton.addEventListener('click', () => void (video.hidden ? startCamera() : stopCamera()))
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
    worker: await workerScript,
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
  const offline = element('offline', HTMLElement)
  const isIdle = () => !invitation.hidden && looking === undefined && !isChoosing()
  listenForUpdates(() => {
    offline.hidden = false
  }, isIdle).catch(() => undefined)
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
  const response = await fetch(at(site.worker)).catch((error: unknown) => {
    throw new ChiquitoError('io', `${site.worker}: ${messageOf(error)}`, { cause: error })
  })
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

/** Why there is no model, in the visitor's language; what the program itself says is for who made the page. */
function failureWords(error: unknown): string {
  const reasons = { io: words.notFetched, engine: words.notRun, model: words.notWhole } as const
  const reason = Object.entries(reasons).find(
    ([code]) => error instanceof ChiquitoError && error.code === code,
  )
  return `${reason?.[1] ?? words.failed} (${messageOf(error)})`
}

function tell(what: string | undefined): void {
  trouble.hidden = what === undefined
  trouble.textContent = what ?? ''
}

/** Shows a picture and its verdict. */
async function look(image: Blob | HTMLCanvasElement): Promise<void> {
  const mine = next()
  camera.stop()
  if (!video.hidden) showPart('invitation')
  view.looking()
  const controller = new AbortController()
  const { signal } = controller
  looking = controller
  try {
    const model = ready.then(model => model.classify(image, { signal }))
    const [isSeen, verdict] = await Promise.all([drawPicture(image, signal), model])
    if (mine !== turn) return
    view.show(verdict, false)
    // A verdict never stands beside another picture.
    if (!isSeen) showPart('invitation')
    shown = isSeen ? { image, verdict } : undefined
    photoTools.hidden = !isSeen
    whyButton.hidden = !classifier?.explains
  } catch (error) {
    if (mine !== turn) return
    view.clear()
    showPart('invitation')
    tell(refusalWords(error, image))
  }
  if (mine === turn) looking = undefined
}

/** Clears the page for what comes next, and ends what was under way. @returns its number */
function next(): number {
  looking?.abort()
  looking = undefined
  shown = undefined
  photoTools.hidden = true
  tell(undefined)
  hideWhy()
  return ++turn
}

/** Why a picture is not judged, in the visitor's language as far as that is known. */
function refusalWords(error: unknown, image: Blob | HTMLCanvasElement): string {
  if (!(error instanceof ChiquitoError) || error.code !== 'image') return failureWords(error)
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

/** @returns whether it is there to be seen: what cannot be shown is judged all the same, or refused there with a reason */
async function drawPicture(image: Blob | HTMLCanvasElement, signal: AbortSignal): Promise<boolean> {
  const source = image instanceof Blob ? await pictures.of(image, signal) : image
  if (!source || signal.aborted) return false
  picture.width = source.width
  picture.height = source.height
  contextOf(picture).drawImage(source, 0, 0)
  if (source instanceof ImageBitmap) source.close()
  showPart('picture')
  return true
}

function showPart(part: 'picture' | 'video' | 'invitation'): void {
  picture.hidden = part !== 'picture'
  video.hidden = part !== 'video'
  invitation.hidden = part !== 'invitation'
  liveTools.hidden = part !== 'video'
  cameraButton.textContent = part === 'video' ? words.stopCamera : words.camera
}

async function startCamera(turned = false): Promise<void> {
  const mine = next()
  view.clear()
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
  next()
  camera.stop()
  view.clear()
  showPart('invitation')
}

/** A verdict on each frame, as fast as they can be had. */
async function watch(mine: number): Promise<void> {
  while (mine === turn && camera.isOn) {
    await camera.nextFrame()
    if (document.hidden || video.videoWidth === 0) continue
    try {
      const model = await ready
      const verdict = await model.classify(video)
      if (mine !== turn) return
      view.show(verdict, true)
      document.body.dataset.frames = String(Number(document.body.dataset.frames ?? 0) + 1)
    } catch (error) {
      if (mine !== turn) return
      // A frame may be gone before it is read; the next one comes.
      if (error instanceof ChiquitoError && error.code === 'image') continue
      stopCamera()
      tell(failureWords(error))
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
    tell(failureWords(error))
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
    tell(failureWords(error))
  }
}
