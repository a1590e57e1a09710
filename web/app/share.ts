import { drawText, type TextArea } from './caption-text.js'
import { contextOf } from './elements.js'

/** What a shared picture says. */
export interface Caption {
  readonly title: string
  readonly word: string
  readonly note: string
  readonly mood: 'yes' | 'no' | 'neither'
}

/** Side of what is shared, in pixels. */
const SIDE = 1080
const BAND = 300
const MARGIN = 48

const colours = {
  yes: { ground: '#dff3e4', ink: '#17693a' },
  no: { ground: '#fbe6dc', ink: '#8a2c12' },
  neither: { ground: '#ece8dc', ink: '#554f42' },
}

/** The picture with its verdict below it, as a JPEG. */
export async function captioned(picture: HTMLCanvasElement, caption: Caption): Promise<File> {
  const canvas = document.createElement('canvas')
  const height = Math.round(Math.min(SIDE * 1.4, (picture.height / picture.width) * SIDE))
  canvas.width = SIDE
  canvas.height = height + BAND
  const context = contextOf(canvas)
  const { ground, ink } = colours[caption.mood]
  context.fillStyle = ground
  context.fillRect(0, 0, canvas.width, canvas.height)
  drawInside(context, picture, SIDE, height)
  context.fillStyle = ink
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const line = (
    text: string,
    y: number,
    area: Pick<TextArea, 'height' | 'weight' | 'largest' | 'smallest'>,
  ) => drawText(context, text, { ...area, x: SIDE / 2, y: height + y, width: SIDE - 2 * MARGIN })
  line(caption.word, 98, { height: 164, weight: 800, largest: 110, smallest: 34 })
  line(caption.note, 204, { height: 56, weight: 500, largest: 46, smallest: 28 })
  line(caption.title, 260, { height: 42, weight: 500, largest: 34, smallest: 24 })
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.9))
  if (!blob) throw new Error('The picture cannot be drawn.')
  return new File([blob], `${fileName(caption)}.jpg`, { type: 'image/jpeg' })
}

/** Longer names are cut: some systems take no more than 255 bytes. */
const LONGEST_NAME = 60

/** Title and verdict in letters, digits and hyphens, which every system takes in the name of a file. */
function fileName({ title, word }: Caption): string {
  const [about, said] = [title, word].map(plain)
  const name = said.startsWith(about) ? said : [about, said].filter(Boolean).join('-')
  return [...name].slice(0, LONGEST_NAME).join('').replace(/-+$/, '') || 'verdict'
}

function plain(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
}

function drawInside(
  context: CanvasRenderingContext2D,
  picture: HTMLCanvasElement,
  width: number,
  height: number,
) {
  const scale = Math.min(width / picture.width, height / picture.height)
  const [w, h] = [picture.width * scale, picture.height * scale]
  context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h)
}

/** Whether this device has somewhere to share pictures to. */
export function canShare(): boolean {
  if (typeof navigator.canShare !== 'function') return false
  return navigator.canShare({ files: [new File([''], 'verdict.jpg', { type: 'image/jpeg' })] })
}

/** Shares a file, or saves it where there is nothing to share with. */
export async function shareOrSave(file: File, text: string): Promise<void> {
  if (canShare()) {
    try {
      await navigator.share({ files: [file], text })
      return
    } catch (error) {
      // The person changed their mind.
      if (error instanceof DOMException && error.name === 'AbortError') return
    }
  }
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
