import readExif from 'exif-reader'
import type { StoredBeside } from './formats/index.js'

/** What EXIF and XMP say of people, place and time. */
export interface PhotoStory {
  readonly hasPlace: boolean
  /** What fields that name people hold: photographer, owner, holder of the rights. Sorted, each once. */
  readonly names: readonly string[]
  /** When the photo was taken, by the camera's clock: `2018:04:01 10:00:00`. */
  readonly takenAt: string | null
}

/** A name is told in a sentence, so what a hostile file writes there must not fill a page. */
const MAX_NAME = 100
const MAX_NAMES = 10
/** More of either than any camera or program writes; what is larger is not looked at. */
const MAX_STORED_BYTES = 4 * 1024 * 1024

/** Elements of XMP in which programs write who made a photo (Dublin Core, and the older ones of Photoshop). */
const xmpNames = /<(dc:creator|dc:rights|photoshop:Credit|xmpRights:Owner)\b[^>]*>([\s\S]{0,2000}?)<\/\1>/g
const xmpPlace = /exif:GPS(Latitude|Longitude)(="|>)[^"<]/

/** Reads what a photo's EXIF and XMP data tell; damaged data tells nothing. */
export function storyOf({ exif, xmp }: Pick<StoredBeside, 'exif' | 'xmp'>): PhotoStory {
  const fields = fieldsOf(exif)
  const text = xmp && xmp.length <= MAX_STORED_BYTES ? Buffer.from(xmp).toString('utf8') : ''
  const names = [...fields.names, ...namesInXmp(text)].map(shortened).filter(name => name !== '')
  return {
    hasPlace: fields.hasPlace || xmpPlace.test(text),
    names: [...new Set(names)].sort().slice(0, MAX_NAMES),
    takenAt: fields.takenAt,
  }
}

function fieldsOf(bytes: Uint8Array | undefined): PhotoStory {
  const none = { hasPlace: false, names: [], takenAt: null }
  if (bytes === undefined || bytes.length > MAX_STORED_BYTES) return none
  try {
    const { Image: image = {}, Photo: photo = {}, GPSInfo: place } = readExif(Buffer.from(bytes))
    const { Artist, Copyright, XPAuthor } = image
    const taken: unknown = photo.DateTimeOriginal
    return {
      hasPlace: place !== undefined && ('GPSLatitude' in place || 'GPSLongitude' in place),
      names: [Artist, Copyright, asUtf16(XPAuthor), photo.CameraOwnerName].filter(isText),
      takenAt: taken instanceof Date && Number.isFinite(taken.getTime()) ? asExif(taken) : null,
    }
  } catch {
    return none
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Windows keeps its own fields as bytes of UTF-16. */
function asUtf16(value: unknown): string | undefined {
  return value instanceof Uint8Array || Array.isArray(value)
    ? Buffer.from(value).toString('utf16le')
    : undefined
}

/** EXIF has no time zone: the reader takes it for UTC, and so does this. */
function asExif(taken: Date): string {
  const [day, time] = taken.toISOString().split('T')
  return `${day.replaceAll('-', ':')} ${time.slice(0, 8)}`
}

function namesInXmp(text: string): string[] {
  return [...text.matchAll(xmpNames)].map(([, , inside]) => inside.replace(/<[^>]*>/g, ' '))
}

function shortened(name: string): string {
  const plain = name
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .normalize('NFC')
  return plain.length > MAX_NAME ? `${plain.slice(0, MAX_NAME - 1)}…` : plain
}
