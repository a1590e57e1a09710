import { markdownText } from '../../core/index.js'
import { visible } from '../text.js'

/** Nothing in it means anything to Markdown within a line; addresses that become links without being asked to are left out. */
const harmless = /^(?!.*www\.)[\p{L}\p{N}][\p{L}\p{N}\p{M} ,;'’%()./-]*$/iu

/** Text from outside as text of a card, and nothing else, in one line. */
export function words(outside: string): string {
  const line = visible(outside.replace(/\s+/g, ' ').trim())
  return harmless.test(line) ? line : markdownText(line)
}
