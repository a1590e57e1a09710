import { visible } from '../text.js'
import { type Home, homes } from './homes.js'
import type { CardInput, MeasuredFacts } from './input.js'

/** What goes into the block of facts that the Hugging Face Hub reads. */
export type Yaml = string | number | readonly Yaml[] | { readonly [key: string]: Yaml | undefined }

/** The block of facts at the head of a model card, as https://huggingface.co/docs/hub/model-cards describes it. */
export function frontMatter(input: CardInput, title: string, home: Home): string {
  const { hub } = input.model.backbone
  return [
    '---',
    // Which licence the model gets is its owner's to say; a guess would be read as a promise.
    ...yaml({ license: 'unknown' }),
    homeLines(home),
    ...yaml({
      ...(hub === undefined ? {} : { base_model: hub }),
      pipeline_tag: 'image-classification',
      metrics: ['accuracy'],
      'model-index': [{ name: oneLine(title), results: results(input) }],
    }),
    '---',
  ].join('\n')
}

/** The lines that differ by where the card lies. */
export function homeLines(home: Home): string {
  const { library, tags } = homes[home]
  return yaml({ library_name: library, tags: ['image-classification', 'chiquito', ...tags] }).join('\n')
}

function results({ figures, calibration, repeat }: CardInput): Yaml[] {
  return figures
    .filter(({ isPlain }) => isPlain)
    .map((figure, i) => ({
      task: { type: 'image-classification', name: 'Image classification' },
      dataset: {
        type: 'imagefolder',
        name: `photos of its owner, ${figure.part} part`,
        split: figure.part,
        revision: repeat.fingerprint,
      },
      metrics: [
        ...accuracyOf(figure),
        ...(figure.logLoss === undefined
          ? []
          : [{ type: 'log_loss', name: 'Log loss', value: rounded(figure.logLoss) }]),
        ...(i === 0 && calibration
          ? [
              {
                type: 'expected_calibration_error',
                name: 'Expected calibration error',
                value: rounded(calibration.ece),
              },
            ]
          : []),
      ],
    }))
}

function accuracyOf({ accuracy, interval, count }: MeasuredFacts): Yaml[] {
  if (accuracy === null || interval === null) return []
  const name = `Accuracy on ${count} photos (95 % interval ${rounded(interval[0])} to ${rounded(interval[1])})`
  return [{ type: 'accuracy', name, value: rounded(accuracy) }]
}

function rounded(value: number): number {
  return Number(value.toFixed(4))
}

function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim()
}

/** Lines of YAML: every text is in double quotes as JSON has it, which YAML reads as the same text, whatever is in it. */
function yaml(value: { readonly [key: string]: Yaml | undefined }): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : isScalar(inner) ? [`${key}: ${scalar(inner)}`] : [`${key}:`, ...block(inner)],
  )
}

function block(value: Exclude<Yaml, string | number>): string[] {
  if (!isList(value)) return yaml(value).map(line => `  ${line}`)
  return value.flatMap(one => {
    if (isScalar(one)) return [`- ${scalar(one)}`]
    const [first = '{}', ...rest] = isList(one) ? block(one) : yaml(one)
    return [`- ${first}`, ...rest.map(line => `  ${line}`)]
  })
}

function isScalar(value: Yaml): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function isList(value: Exclude<Yaml, string | number>): value is readonly Yaml[] {
  return Array.isArray(value)
}

/** Words that YAML takes for text as they are, and nothing else. */
const plain = /^[a-z][a-z0-9_./-]*$/i
const notText = /^(y|n|yes|no|on|off|true|false|null)$/i

function scalar(value: string | number): string {
  if (typeof value === 'number') return String(value)
  return plain.test(value) && !notText.test(value) ? value : JSON.stringify(value)
}
