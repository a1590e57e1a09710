import type { ModelAnswer } from '../../../src/studio/api/ship.js'

/** What ten lines need to know of a model. */
export type SnippetModel = Pick<ModelAnswer, 'view' | 'threshold'>

export const snippetKinds = ['typescript', 'python', 'web'] as const
export type SnippetKind = (typeof snippetKinds)[number]

/** Lines that ask `model.onnx` about a photo, whole programs as they stand. */
export function snippet(kind: SnippetKind, model: SnippetModel): string {
  if (kind === 'python') return python(model)
  return kind === 'typescript' ? typescript : web
}

/** What is to be installed before, and how the lines are run. */
export const snippetSetup: Readonly<Record<SnippetKind, string>> = {
  typescript: 'npm install chiquito\nnpx tsx classify.ts photo.jpg',
  python: 'pip install onnxruntime pillow\npython classify.py photo.jpg',
  web: 'npm install chiquito\nnpx serve',
}

const typescript = `import { predict } from 'chiquito'

const { predictions } = await predict({ model: 'model.onnx', paths: process.argv.slice(2) })
for (const { path, label, probabilities, abstained } of predictions)
  console.log(path, abstained ? 'neither' : label, Math.max(...probabilities).toFixed(2))
`

/** As ImageOps makes a square of a photo; the grey is what padding was learnt with. */
const squares = {
  squash: (size: string) => `photo.resize(${size}, Image.Resampling.BILINEAR)`,
  crop: (size: string) => `ImageOps.fit(photo, ${size}, Image.Resampling.BILINEAR)`,
  pad: (size: string) => `ImageOps.pad(photo, ${size}, Image.Resampling.BILINEAR, (124, 116, 104))`,
} as const

function python({ view: { size, resize }, threshold }: SnippetModel): string {
  const square = squares[resize](`(${size}, ${size})`)
  const [outputs, names] =
    threshold === null
      ? ['probabilities', "'probabilities'"]
      : ['probabilities, known', "'probabilities', 'known'"]
  const verdict = "f'{labels[best]} {probabilities[0][best]:.2f}'"
  return `import json, sys
import numpy as np, onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession('model.onnx')
labels = json.loads(session.get_modelmeta().custom_metadata_map['chiquito.labels'])
photo = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert('RGB')
pixels = np.asarray(${square})[None]
${outputs}${threshold === null ? ',' : ''} = session.run([${names}], {'pixels': pixels})
best = probabilities[0].argmax()
print(${threshold === null ? verdict : `'neither' if known[0] < ${threshold} else ${verdict}`})
`
}

const web = `<!doctype html>
<input type="file" accept="image/*"> <output></output>
<script type="module">
  import { loadModel } from './node_modules/chiquito/dist/web/index.js'

  const model = await loadModel('model.onnx')
  document.querySelector('input').onchange = async ({ target }) => {
    const { abstained, label, probabilities } = await model.classify(target.files[0])
    const verdict = abstained ? 'neither' : \`\${label} \${Math.max(...probabilities).toFixed(2)}\`
    document.querySelector('output').textContent = verdict
  }
</script>
`
