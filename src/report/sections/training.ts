import { inPage, rateChart, shortRate } from '../../charts/index.js'
import { accuracyChart, hasCurve, lossChart } from '../charts/learning.js'
import type { AugmentedFacts, ChoiceFacts, RateFacts, ReportInput, StageFacts } from '../input.js'
import { chart, type Html, html, name, path, section, table } from '../markup.js'
import { dataUri } from '../picture.js'
import { duration, loss, range, share, visible } from '../text.js'

/** Whether there is anything to tell; a report on a finished model may have nothing. */
export function hasTraining({ stages, choice, rates, augmented }: ReportInput): boolean {
  return stages.length > 0 || [choice, rates, augmented].some(part => part !== undefined)
}

/** How the model was trained: candidates, rate finder, stages with their curves, augmented photos. */
export function trainingSection({ stages, choice, rates, augmented }: ReportInput): Html {
  return section(
    { id: 'training', title: 'How it learned' },
    choice ? choiceBlock(choice) : html``,
    stages.length > 0 ? stagesBlock(stages) : html``,
    rates ? ratesBlock(rates) : html``,
    augmented ? augmentedBlock(augmented) : html``,
  )
}

function choiceBlock({ method, candidates, fineTuning }: ChoiceFacts): Html {
  const ends = candidates.flatMap(c => [c.accuracy, ...(c.interval ?? [])])
  const low = Math.min(...ends)
  const width = Math.max(...ends) - low || 1
  const at = (value: number) => `${((100 * (value - low)) / width).toFixed(1)}%`
  const withInterval = candidates.some(c => c.interval !== undefined)
  return html`
<h3>How the recipe was chosen</h3>
<p>${name(method)}</p>
${fineTuning === undefined ? '' : html`<p>${name(fineTuning)}</p>`}
${table(
  'Candidates',
  [
    { title: 'Candidate' },
    { title: 'Accuracy', numeric: true, hint: 'Cross-validated on the training photos' },
    ...(withInterval ? [{ title: '95 % interval', numeric: true }, { title: '' }] : []),
    { title: 'Log loss', numeric: true },
    { title: 'Note' },
  ],
  candidates.map(c => ({
    kind: c.chosen ? 'chosen' : '',
    cells: [
      html`${name(c.name)}${c.chosen ? html` <span class="badge">chosen</span>` : ''}`,
      share(c.accuracy),
      ...(withInterval
        ? [
            range(c.interval),
            html`<span class="track" aria-hidden="true">${
              c.interval
                ? html`<i class="band" style="left:${at(c.interval[0])};right:calc(100% - ${at(c.interval[1])})"></i>`
                : ''
            }<i class="dot" style="left:${at(c.accuracy)}"></i></span>`,
          ]
        : []),
      loss(c.logLoss ?? null),
      c.note === undefined ? '' : name(c.note),
    ],
  })),
)}`
}

function stagesBlock(stages: readonly StageFacts[]): Html {
  return html`
<h3>Stages</h3>
${table(
  'Stages of training',
  [
    { title: 'Stage' },
    { title: 'Epochs', numeric: true },
    { title: 'Training loss', numeric: true, hint: 'Of the last epoch' },
    { title: 'Validation loss', numeric: true, hint: 'After the last epoch' },
    { title: 'Accuracy', numeric: true, hint: 'On the validation photos, at the end' },
    { title: '95 % interval', numeric: true },
    { title: 'Time', numeric: true },
  ],
  stages.map((stage, s) => {
    const last = stage.epochs.at(-1)
    return {
      cells: [
        html`${s + 1}. ${name(stage.name)}${stage.note ? html`<small>${name(stage.note)}</small>` : ''}`,
        stage.epochs.length === 0 ? '–' : stage.epochs.length,
        loss(last?.trainLoss ?? null),
        loss(last?.validLoss ?? null),
        share(stage.accuracy),
        range(stage.interval),
        duration(stage.seconds),
      ],
    }
  }),
)}
${
  hasCurve(stages)
    ? html`<div class="columns">${chart(lossChart(stages, inPage))}${chart(accuracyChart(stages, inPage))}</div>${epochDetails(stages)}`
    : ''
}`
}

function epochDetails(stages: readonly StageFacts[]): Html {
  const rows = stages.flatMap((stage, s) =>
    stage.epochs.map((epoch, e) => ({
      cells: [
        html`${s + 1}. ${name(stage.name)}`,
        e + 1,
        loss(epoch.trainLoss),
        loss(epoch.validLoss),
        share(epoch.accuracy),
      ],
    })),
  )
  return html`<details><summary>Every epoch in figures</summary>${table(
    'Every epoch',
    [
      { title: 'Stage' },
      { title: 'Epoch', numeric: true },
      { title: 'Training loss', numeric: true },
      { title: 'Validation loss', numeric: true },
      { title: 'Accuracy', numeric: true },
    ],
    rows,
  )}</details>`
}

function ratesBlock({ points, suggestion }: RateFacts): Html {
  return html`
<div class="columns">
${chart(rateChart(points, suggestion, inPage))}
<div>
<h3>Finding the learning rate</h3>
<p>For ${points.length} steps the learning rate grew from tiny to far too large, and the loss was noted (dots; the line is its running mean). Where the line falls, the model learns; where it turns up, the steps are too large. Afterwards the weights were put back.</p>
${
  suggestion === undefined
    ? html`<p>There were too few steps to suggest a rate.</p>`
    : html`<p>Suggested rate: <strong>${shortRate(suggestion)}</strong>, the middle of the longest fall.</p>`
}
</div>
</div>`
}

function augmentedBlock({ path: file, original, versions, note }: AugmentedFacts): Html {
  return html`
<h3>One photo as the model was shown it</h3>
<p>Each time a training photo comes up it is changed a little (${name(note)}), so that the model learns the subject and not the picture. The photo is ${path(file)}.</p>
<ul class="augmented">
<li><figure><img src="${dataUri(original)}" alt="${visible(file)}, as it is"><figcaption>as it is</figcaption></figure></li>
${versions.map(
  (version, v) =>
    html`<li><figure><img src="${dataUri(version)}" alt="${visible(file)}, augmented version ${v + 1}"><figcaption>version ${v + 1}</figcaption></figure></li>`,
)}
</ul>`
}
