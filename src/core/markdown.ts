/** Text that Markdown takes for nothing else, in one line: no heading, link, picture, tag, formula or mention. */
export function markdownText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&:@/$^=]/g, '\\$&')
}

/** A name as it is, in one line. */
export function markdownCode(name: string): string {
  const line = name.replace(/\s+/g, ' ')
  const fence = '`'.repeat(longestRun(line) + 1)
  return fence.length === 1 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`
}

/** Lines of a program or of a terminal, as they are; `language` colours them. */
export function markdownBlock(language: string, lines: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1))
  return `${fence}${language}\n${lines.trimEnd()}\n${fence}`
}

/** Rows of cells that are Markdown already; the first row heads the others. All but the first column are set right. */
export function markdownTable([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, c) => (c === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** Backticks in a row. */
function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
}
