// The text that goes beside the demo's pictures, and into their archive.
import { makers } from './makers.js'

const urls = {
  'Apache-2.0': 'https://www.apache.org/licenses/LICENSE-2.0',
  MIT: 'https://github.com/microsoft/fluentui-emoji/blob/main/LICENSE',
  'CC-BY-4.0': 'https://creativecommons.org/licenses/by/4.0/',
}

/** Attribution as the licences ask for it: who drew what, where it is from, on what terms, what was changed. */
export function licenseText(versions: ReadonlyMap<string, string>): string {
  const rows = makers.map(maker => {
    const set = `[${maker.title}](${maker.url})`
    const terms = `[${maker.license}](${urls[maker.license]})`
    const source = `\`${maker.package}\` ${versions.get(maker.package)}`
    return `| \`${maker.key}-…\` | ${set} | © ${maker.creator} | ${terms} | ${source} |`
  })
  return `# The pictures of the demo's data set

The pictures in \`demo-dataset.zip\` are emoji, each drawn by one of four makers and used on its maker's terms; the
licence of the software around them does not cover them. None of the makers endorses this software.

| pictures | emoji set | by | licence | taken from |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

Changed by us: the drawings (SVG, as the packages named above carry them) were rendered at 128 by 128 pixels on white
and saved as WebP. They come without warranties of any kind; the disclaimers of the licences apply.

## MIT (Fluent Emoji)

Copyright (c) Microsoft Corporation.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

## Apache License 2.0 (Noto Emoji, FxEmojis) and CC BY 4.0 (Twemoji)

The full text of the Apache License 2.0 is in \`THIRD-PARTY-NOTICES.md\` of this package, and at the address in the
table; that of CC BY 4.0 is at <https://creativecommons.org/licenses/by/4.0/legalcode>.
`
}
