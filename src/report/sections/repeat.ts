import type { ReportInput, Timing } from '../input.js'
import { facts, type Html, html, name, section } from '../markup.js'
import { duration, visible } from '../text.js'

/** How to get the same model again, and where the time went. */
export function repeatSection({ repeat, timings }: ReportInput): Html {
  const versions = Object.entries(repeat.versions).map(([what, version]) => `${what} ${version}`)
  return section(
    {
      id: 'repeat',
      title: 'How to repeat it',
      lead: 'The same photos, seed and versions on the same machine give the same model, byte for byte.',
    },
    html`<pre><code>${visible(repeat.command)}</code></pre>`,
    facts([
      ['Seed', repeat.seed],
      ['Photos', html`<code class="path">${visible(repeat.fingerprint)}</code>`],
      ['Versions', name(versions.join(', '))],
      ...(repeat.machine === undefined ? [] : [['Machine', name(repeat.machine)] as const]),
    ]),
    timings.length === 0 ? html`` : timeBlock(timings),
  )
}

function timeBlock(timings: readonly Timing[]): Html {
  const longest = Math.max(...timings.map(timing => timing.seconds)) || 1
  const total = timings.reduce((sum, timing) => sum + timing.seconds, 0)
  return html`
<h3>Where the time went</h3>
<table class="times">
<caption>Seconds per step</caption>
<tbody>${timings.map(
    ({ name: what, seconds }) =>
      html`<tr><th scope="row">${name(what)}</th><td class="number">${duration(seconds)}</td><td class="level" aria-hidden="true"><i style="width:${((100 * seconds) / longest).toFixed(1)}%"></i></td></tr>`,
  )}<tr class="total"><th scope="row">all</th><td class="number">${duration(total)}</td><td></td></tr></tbody>
</table>`
}
