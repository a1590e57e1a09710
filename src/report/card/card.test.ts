import { describe, expect, it } from 'vitest'
import { pythonWith, runPython } from '../../../test/support/python.js'
import { type CardInput, rehomed, renderCard } from './index.js'

/** Names that try to be something else: in Markdown, in YAML, on a terminal. */
const hostile = [
  '</script><img src=x onerror=alert(1)>',
  '---\nlicense: mit\n---',
  '[click](javascript:alert(1)) ![](http://e.x/p.png) | # `x` $$y$$ @admin www.e.x',
  '"quoted": yes\u202egpj.exe\u0007\\',
]

function sample(labels: readonly string[]): CardInput {
  const valid = { count: 50, right: 49, accuracy: 0.98, interval: [0.9, 1] } as const
  return {
    labels,
    model: {
      recipe: 'auto',
      inputSize: 224,
      resize: 'squash',
      golden: 2,
      threshold: 0.05,
      backbone: { name: 'resnet34', licence: 'BSD-3-Clause', hub: 'timm/resnet34.tv_in1k' },
    },
    figures: [
      { what: 'validation photos', part: 'validation', isPlain: true, logLoss: 0.07, ...valid },
      { what: 'test photos', part: 'test', isPlain: true, logLoss: 0.1, ...valid },
    ],
    perClass: labels.map(label => ({
      label,
      support: 25,
      recall: 1,
      recallInterval: [0.87, 1],
      precision: null,
    })),
    calibration: {
      count: 50,
      ece: 0.02,
      interval: [0, 0.06],
      floor: { low: 0.01, median: 0.02, high: 0.05 },
      logLoss: 0.07,
      brier: 0.03,
      temperature: 0.8,
      fittedOn: 'training photos',
      before: { ece: 0.04, logLoss: 0.09, brier: 0.04 },
    },
    abstention: { coverage: 0.95, method: 'Its threshold comes from 100 training photos.' },
    data: {
      parts: ['train', 'valid'],
      classes: labels.map(label => ({ label, counts: [50, 25] })),
      train: 100,
      valid: 50,
      origins: {
        licences: [
          { license: 'by 4.0', photos: 90 },
          { license: null, photos: 60 },
        ],
        sources: [{ source: labels[0], photos: 150 }],
        noChanges: 3,
        noCommercialUse: 4,
      },
      leaks: 1,
      unreadable: 0,
      shortcuts: [{ property: 'Size', label: labels[0], auc: 0.97, interval: [0.9, 1], stands: true }],
    },
    repeat: {
      seed: 0,
      fingerprint: 'ab12'.repeat(16),
      versions: { chiquito: '0.1.0' },
      command: "npx chiquito@0.1.0 train 'ph`o```tos' --out run --seed 0",
    },
  }
}

const READ = `
import json, sys, tempfile, os
from huggingface_hub import ModelCard, metadata_load
path = os.path.join(tempfile.mkdtemp(), "README.md")
open(path, "w", encoding="utf-8").write(sys.stdin.read() if len(sys.argv) < 2 else sys.argv[1])
card = ModelCard.load(path)
print(json.dumps({
  "data": card.data.to_dict(),
  "results": [[r.task_type, r.dataset_type, r.dataset_split, r.metric_type, r.metric_value] for r in card.data.eval_results],
  "same": metadata_load(path)["pipeline_tag"],
  "text": card.text[:20],
}))`

const python = pythonWith('huggingface_hub')

describe('a model card', () => {
  it('says of which labels no photo was measured', () => {
    const input = sample(['ball', 'wave'])
    const perClass = input.perClass.map(one => (one.label === 'wave' ? { ...one, support: 0 } : one))
    expect(renderCard({ ...input, perClass })).toContain(
      '- No photo of wave was measured: no figure here tells',
    )
    expect(renderCard(input)).not.toContain('was measured: no figure')
  })

  it('tells figures with intervals, calibration on both sides, origins, doubts and how to repeat it', () => {
    const card = renderCard(sample(['cat', 'dog']))
    expect(card).toMatch(/^---\nlicense: unknown\nlibrary_name: onnx\n/)
    expect(card).toContain('| validation photos | 50 | 49 | 0.980 | 0.90 to 1.00 |')
    expect(card).toContain('98 % of 50 validation photos: it may be 90 %')
    expect(card).toContain('|   | before | after |')
    expect(card).toContain('| log loss | 0.0900 | 0.0700 |')
    expect(card).toContain('luck alone')
    expect(card).toContain('| by 4.0 | 90 |\n| **unknown** | 60 |')
    expect(card).toContain('| cat | 50 | 25 | 75 |')
    expect(card).toContain('- **Shortcut:** Size tells the labels apart (AUC 0.97, 0.90 to 1.00)')
    expect(card).toMatch(/^````sh\nnpx chiquito@0\.1\.0 train 'ph`o```tos' --out run --seed 0\n````$/m)
    expect(renderCard(sample(['cat', 'dog']))).toBe(card)
  })

  it('says what nobody has looked at, rather than nothing', () => {
    const { data, calibration: _, abstention: __, ...rest } = sample(['cat', 'other'])
    const { leaks: _l, shortcuts: _s, origins: _o, ...known } = data
    const card = renderCard({ ...rest, rest: 'other', data: known })
    expect(card).toContain('Sources and licences are **unknown**')
    expect(card).toContain('Nobody has looked for copies between the parts and shortcuts.')
    expect(card).toContain('Nobody has measured that.')
    expect(card).toContain('it takes whatever a photo shows for one of its labels')
  })

  it('says what was looked for where nothing was found, and does not call the photos faultless', () => {
    const input = sample(['cat', 'dog'])
    const card = renderCard({ ...input, data: { ...input.data, leaks: 0, shortcuts: [] } })
    expect(card).toContain(
      'No photo measured on is an exact copy of one it learnt from and nothing but the subject, such as the size of files, tells the labels apart, as far as was looked.',
    )
    const { shortcuts: _, ...known } = input.data
    expect(renderCard({ ...input, data: { ...known, leaks: 0 } })).toContain(
      'No photo measured on is an exact copy of one it learnt from, as far as was looked.',
    )
  })

  it('tells how to shrink a photo as it was measured: by averaging, with filters that are named', () => {
    expect(renderCard(sample(['cat', 'dog']))).toMatch(
      /`cv2\.INTER_AREA` or Pillow's `BILINEAR`: other filters/,
    )
  })

  it('says that foreign things may belong to a label for everything else', () => {
    expect(renderCard({ ...sample(['cat', 'other']), rest: 'other' })).toContain(
      '**other** stands for everything else',
    )
  })

  it('takes no name for anything but text', () => {
    const card = renderCard(sample(hostile))
    const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(card) ?? []
    expect(head).not.toMatch(/^license: mit/m)
    expect(head.match(/^license:/gm)).toHaveLength(1)
    expect(body).not.toMatch(/(?<!\\)<(?!bdi)[a-z/]/)
    expect(body).not.toMatch(/^(---|license:)/m)
    expect(body).not.toContain('](javascript')
    expect(body).not.toMatch(/(?<!\\)\$/)
    for (const sign of ['\u0007', '\u202e']) expect(body).not.toContain(sign)
    for (const row of body.split('\n').filter(line => line.startsWith('| \\')))
      expect(row.replaceAll('\\|', '').split('|')).toHaveLength(
        row.includes('0.87') ? 7 : row.includes('150') ? 4 : 6,
      )
  })

  it('goes to another home with the words that a person put into it', () => {
    const input = sample(['cat', 'dog'])
    const card = renderCard(input)
    expect(rehomed(card, input, { home: 'huggingface', input })).toBe(renderCard(input, 'huggingface'))
    const edited = card
      .replace('license: unknown', 'license: cc-by-4.0')
      .replace('its owner should, here.', () => 'I: $& cats at home.')
    const moved = rehomed(edited, input, { home: 'huggingface', input })
    expect(moved).toContain('license: cc-by-4.0\nlibrary_name: transformers\n')
    expect(moved).toContain('$& cats at home.')
    expect(moved).toContain('trust_remote_code=True')
    expect(moved).not.toContain('chiquito predict model.onnx')
  })

  it.skipIf(!python).each([['cat', 'dog'], hostile])(
    'is read by huggingface_hub (needs CHIQUITO_PYTHON with huggingface_hub): %s',
    async (...labels) => {
      const card = renderCard(sample(labels))
      const read = await runPython(python ?? '', READ, [card])
      expect(read).toMatchObject({
        data: {
          license: 'unknown',
          library_name: 'onnx',
          pipeline_tag: 'image-classification',
          base_model: 'timm/resnet34.tv_in1k',
          tags: ['image-classification', 'chiquito', 'onnx'],
          metrics: ['accuracy'],
        },
        same: 'image-classification',
        results: [
          ['image-classification', 'imagefolder', 'validation', 'accuracy', 0.98],
          ['image-classification', 'imagefolder', 'validation', 'log_loss', 0.07],
          ['image-classification', 'imagefolder', 'validation', 'expected_calibration_error', 0.02],
          ['image-classification', 'imagefolder', 'test', 'accuracy', 0.98],
          ['image-classification', 'imagefolder', 'test', 'log_loss', 0.1],
        ],
      })
    },
  )
})
