import { extensionOf, type Naming } from '../album/index.js'
import type { Job } from './job.js'

/** With the number, the prefix and an extension, names stay below the 255 bytes that disks allow. */
const MAX_NAME_CHARACTERS = 60

/**
 * Names as google-images-download gives them: `[prefix ]<n>.<name in the address>`, with the extension that fits the
 * bytes, which it took from Google's word.
 */
export function namingFor({ prefix, numbered }: Job['names']): Naming {
  return ({ number, attempt, address, format }) => {
    const before = prefix === undefined || prefix === '' ? '' : `${plain(prefix)} `
    const again = numbered || attempt === 0 ? '' : ` (${attempt + 1})`
    const name = plain(nameIn(address))
    const stem = numbered ? `${number}.${name}` : `${name || number}`
    const whole = `${before}${stem}${again}`.replace(/\.$/, '')
    return `${whole}.${extensionOf(format)}`
  }
}

/** The last part of an address's path, without extension. */
function nameIn(address: string): string {
  const last = new URL(address).pathname.split('/').at(-1) ?? ''
  const text = decoded(last)
  return text.replace(/\.(jpe?g|jpe|jfif|png|gif|bmp|svg|webp|ico|tiff?|avif|heic)\b.*$/i, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What every disk can have in a name. */
function plain(text: string): string {
  const safe = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._()-]+/gu, '_')
    .trim()
  return [...safe].slice(0, MAX_NAME_CHARACTERS).join('').replace(/^\.+/, '').trim()
}
