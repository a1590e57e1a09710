import { type Html, html, name } from '../markup.js'
import { plural, visible } from '../text.js'
import type { DoctorPageInput } from './input.js'

/** Shortcuts at the top of the page; of many classes each may have one. */
const WARNINGS = 3

/** How much there is to look at, in which kinds. */
export function doctorHeadline({
  made,
  root,
  photos,
  classes,
  checks,
  findings,
  shortcutWords,
  notes,
}: DoctorPageInput): Html {
  const certain = findings.filter(finding => finding.certain).length
  const warned = shortcutWords.filter(({ certain }) => certain).slice(0, WARNINGS)
  return html`
<header id="verdict">
<p class="kicker">chiquito doctor${made === undefined ? '' : ` · ${visible(made.slice(0, 10))}`}</p>
<h1>${name(root)}</h1>
<div class="verdict">
<p class="score"><strong>${findings.length}</strong> <span>${findings.length === 1 ? 'thing' : 'things'} to look at in ${plural(photos, 'photo')}</span></p>
<ul class="notes">${notes.map(note => html`<li>${name(note)}</li>`)}</ul>
</div>
${
  warned.length === 0
    ? ''
    : html`<aside class="beware" aria-label="Before you trust a model of these photos"><h2>Before you trust a model of these photos</h2><ul>${warned.map(({ message }) => html`<li>${name(message)}</li>`)}</ul><p><a href="#shortcuts">How well, and what to do</a></p></aside>`
}
<ul class="tiles">
${tile('photos', photos)}
${classes.length > 1 ? tile('classes', classes.length) : ''}
${tile('certain: --fix sets these right', certain)}
${tile('for you to decide', findings.length - certain)}
</ul>
${findings.length > 0 ? '' : html`<p class="empty">Nothing was found by ${plural(checks.length, 'check')}.</p>`}
</header>`
}

function tile(what: string, value: number): Html {
  return html`<li><strong>${value}</strong><span>${what}</span></li>`
}
