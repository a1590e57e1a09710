import type { ReportInput } from '../input.js'
import { facts, type Html, html, name, path, section } from '../markup.js'
import { bytes, duration, list, plural, share, visible } from '../text.js'
import { titleOf, verdictOf } from '../verdict.js'

/** The verdict: how many were right, how sure that is, and what speaks against it. */
export function headline(input: ReportInput): Html {
  const { evaluation, test, timings } = input
  const verdict = verdictOf(input)
  const seconds = timings.reduce((sum, timing) => sum + timing.seconds, 0)
  return html`
<header id="verdict">
<p class="kicker">chiquito report${input.made === undefined ? '' : ` · ${day(input.made)}`}</p>
<h1>${name(titleOf(input))}</h1>
<div class="verdict">
<p class="score"><strong>${verdict.score}</strong> <span>${verdict.what}</span></p>
${intervalStrip(evaluation.interval, evaluation.accuracy, evaluation.majority)}
<p class="sure">${verdict.interval}: with ${plural(evaluation.count, 'photo')} to judge by, the share right among new photos like these is probably in there.</p>
<ul class="notes">${verdict.notes.map(note => html`<li>${note}</li>`)}</ul>
</div>
${
  verdict.warnings.length === 0
    ? ''
    : html`<aside class="beware" aria-label="Before you trust it"><h2>Before you trust it</h2><ul>${verdict.warnings.map(
        warning => html`<li>${warning}</li>`,
      )}</ul><p><a href="#data">What was found in the data</a></p></aside>`
}
<ul class="tiles">
${tile('accuracy', share(evaluation.accuracy))}
${test === undefined ? '' : tile(`accuracy on ${plural(test.evaluation.count, 'test photo')}`, share(test.evaluation.accuracy))}
${evaluation.auc === null ? '' : tile('area under ROC curve', share(evaluation.auc))}
${tile('classes', String(evaluation.labels.length))}
${tile('model file', bytes(input.model.bytes))}
${timings.length === 0 ? '' : tile('whole run', duration(seconds))}
</ul>
</header>`
}

/** What the model is and how to ask it. */
export function modelSection({ model, evaluation }: ReportInput): Html {
  const { backbone } = model
  return section(
    { id: 'model', title: 'The model' },
    html`<p class="use">Ask it about a photo:</p><pre><code>${visible(model.predict)}</code></pre>`,
    facts([
      ['File', html`${path(model.file)} (${bytes(model.bytes)}); any ONNX runtime can run it`],
      ['Answers', html`${evaluation.labels.map((label, k) => html`${k > 0 ? ', ' : ''}${name(label)}`)}`],
      ['Recipe', name(model.recipe)],
      [
        'Backbone',
        name(
          list(
            [backbone.name, backbone.licence ?? '', backbone.source ?? ''].filter(Boolean),
            ',',
          ).replaceAll(' , ', ', '),
        ),
      ],
      ['Sees', html`${model.inputSize} × ${model.inputSize} pixels, ${name(model.resize)}`],
      ...(model.more ?? []).map(([key, value]) => [visible(key), name(value)] as const),
    ]),
  )
}

function tile(what: string, value: string): Html {
  return html`<li><strong>${value}</strong><span>${what}</span></li>`
}

/** The interval on a line from 0 to 1, with the score and the share that guessing gets. */
function intervalStrip(interval: readonly [number, number], accuracy: number, majority: number): Html {
  const at = (value: number) => `${(100 * value).toFixed(2)}%`
  return html`
<div class="strip" role="img" aria-label="Accuracy ${share(accuracy)}, interval ${share(interval[0], 2)} to ${share(interval[1], 2)}, guessing ${share(majority, 2)}">
<span class="band" style="left:${at(interval[0])};right:${at(1 - interval[1])}"></span>
<span class="guess" style="left:${at(majority)}"><i>guessing</i></span>
<span class="dot" style="left:${at(accuracy)}"></span>
<b class="low">0</b><b class="high">1</b>
</div>`
}

/** "2018-07-18" of an ISO date, or the text as it is. */
function day(made: string): string {
  return visible(/^\d{4}-\d{2}-\d{2}T/.test(made) ? made.slice(0, 10) : made)
}
