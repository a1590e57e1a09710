import { Parser } from 'htmlparser2'

/** Elements whose content is no text of the page. */
const silent = new Set(['script', 'style', 'template', 'noscript'])

/** What a piece of HTML says, without markup. */
export function textOfHtml(html: string): string {
  let text = ''
  let depth = 0
  const parser = new Parser({
    onopentag: name => {
      if (silent.has(name)) depth++
      if (/^(br|p|div|li|tr|td)$/.test(name)) text += ' '
    },
    onclosetag: name => {
      if (silent.has(name)) depth--
    },
    ontext: piece => {
      if (depth === 0) text += piece
    },
  })
  parser.write(html)
  parser.end()
  return text.replace(/\s+/g, ' ').trim()
}

/** The attributes of each element of a name in a page, in order. */
export function elementsOf(html: string, name: string): Readonly<Record<string, string>>[] {
  const elements: Record<string, string>[] = []
  const parser = new Parser({
    onopentag: (tag, attributes) => {
      if (tag === name) elements.push({ ...attributes })
    },
  })
  parser.write(html)
  parser.end()
  return elements
}
