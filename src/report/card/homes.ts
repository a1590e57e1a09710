import { markdownBlock, plural } from '../../core/index.js'
import type { CardInput } from './input.js'
import { words } from './words.js'

/** Where a card lies: in the folder of a run, or in a folder for the Hugging Face Hub. */
export type Home = 'run' | 'huggingface'

/** What is different there. */
export const homes: Readonly<
  Record<Home, { readonly library: string; readonly tags: readonly string[]; load(input: CardInput): string }>
> = {
  run: { library: 'onnx', tags: ['onnx'], load: loadFile },
  huggingface: {
    library: 'transformers',
    tags: ['onnx', 'transformers.js', 'custom_code'],
    load: loadPipeline,
  },
}

/** What Pillow does to a photo, nearest to what the model has learnt from. */
const pillow = {
  crop: (size: number) => `ImageOps.fit(photo, (${size}, ${size}), Image.BILINEAR)`,
  squash: (size: number) => `photo.resize((${size}, ${size}), Image.BILINEAR)`,
  pad: (size: number) => `ImageOps.pad(photo, (${size}, ${size}), Image.BILINEAR, color=(124, 116, 104))`,
} as const

function loadFile({ model: { inputSize, resize, threshold } }: CardInput): string {
  const outputs = threshold === undefined ? ['probabilities'] : ['probabilities', 'known']
  const python = [
    'import json',
    'import numpy as np, onnxruntime',
    'from PIL import Image, ImageOps',
    '',
    'model = onnxruntime.InferenceSession("model.onnx")',
    'labels = json.loads(model.get_modelmeta().custom_metadata_map["chiquito.labels"])',
    'photo = ImageOps.exif_transpose(Image.open("photo.jpg")).convert("RGB")',
    `photo = ${pillow[resize](inputSize)}`,
    `${outputs.join(', ')}${outputs.length === 1 ? ',' : ''} = model.run([${outputs.map(name => `"${name}"`).join(', ')}], {"pixels": np.asarray(photo)[None]})`,
    ...(threshold === undefined
      ? ['print(labels[probabilities[0].argmax()])']
      : [`print(labels[probabilities[0].argmax()] if known[0] >= ${threshold} else "neither")`]),
  ]
  const node = [
    "import { readFile } from 'node:fs/promises'",
    "import { Predictor } from 'chiquito'",
    '',
    "const model = await Predictor.open('model.onnx')",
    "const { label, probabilities, known, abstained } = await model.predict(await readFile('photo.jpg'), 'photo.jpg')",
  ]
  return [
    'From the command line: `npx chiquito predict model.onnx photo.jpg`. In Node:',
    markdownBlock('js', node.join('\n')),
    'In Python, with onnxruntime and Pillow:',
    markdownBlock('python', python.join('\n')),
    `The input \`pixels\` is uint8 RGB \`[batch, ${inputSize}, ${inputSize}, 3]\`, 0 to 255, not BGR as OpenCV reads photos; the graph normalises. ` +
      "Ask for outputs by name. Turn photos upright as EXIF says, and shrink them with `cv2.INTER_AREA` or Pillow's `BILINEAR`: other filters, Pillow's " +
      '`BICUBIC`, `LANCZOS` and `BOX` among them, move probabilities further. OpenVINO needs `INFERENCE_PRECISION_HINT=f32` for the same probabilities.',
    'For `transformers` and transformers.js: `npx chiquito export RUN --to huggingface --out DIR`.',
  ].join('\n\n')
}

function loadPipeline({ model: { inputSize, threshold, precision } }: CardInput): string {
  const python = [
    'from transformers import pipeline',
    '',
    'classify = pipeline("image-classification", model="OWNER/NAME or a folder", trust_remote_code=True)',
    'print(classify("photo.jpg"))',
  ]
  const node = [
    "import { pipeline } from '@huggingface/transformers'",
    '',
    "const classify = await pipeline('image-classification', 'OWNER/NAME')",
    "console.log(await classify('photo.jpg'))",
  ]
  return [
    'In Python, with transformers and onnxruntime. The code that is trusted here is in this folder: it resizes photos as in training, and asks `onnx/model.onnx`.',
    markdownBlock('python', python.join('\n')),
    'In JavaScript, in Node and in browsers:',
    markdownBlock('js', node.join('\n')),
    'One photo at a time, as photos of several sizes make no batch there. Leave `dtype` out, whatever the precision: this folder holds one model, `onnx/model.onnx`, and `config.json` leads to it. ' +
      "Asked for `'q8'` or `'fp16'`, transformers.js looks for other files, and says that they were not found.",
    'Pipelines open photos in their own way. Parts that are transparent show the colours hidden in them (transformers 5.24, transformers.js 4.3.2): lay such photos on white before, as they were in training. ' +
      'In Python grey of 16 bits becomes white; transformers.js reads no grey with transparency in Node, and no TIFF in browsers. ' +
      `Photos at least twice ${inputSize} pixels large were halved by their decoder in training, here by the graph: probabilities differ a little, and where two are as good as equal the verdict may.`,
    'Anything else that runs ONNX can take `onnx/model.onnx`: `pixel_values` float32 `[batch, 3, height, width]`, RGB from 0 to 255, of any size; the graph resizes and normalises.',
    ...(precision === undefined ? [] : [precisionWords(precision)]),
    ...(threshold === undefined
      ? []
      : [
          `Pipelines know nothing of "neither". The output \`known\` of the same file does: below ${threshold} a photo is unlike all that the model learnt from. In Python:`,
          markdownBlock(
            'python',
            [
              'from PIL import Image',
              '',
              'inputs = classify.image_processor(Image.open("photo.jpg"), return_tensors="pt")',
              `is_neither = classify.model(**inputs).known[0] < ${threshold}`,
            ].join('\n'),
          ),
        ]),
  ].join('\n\n')
}

function precisionWords({ weights, photos, changed }: NonNullable<CardInput['model']['precision']>): string {
  const beside =
    photos === undefined || changed === undefined
      ? ''
      : ` Of ${plural(photos, 'photo')} ${changed} ${changed === 1 ? 'gets' : 'get'} another verdict by that than by the model trained, whose figures stand above.`
  return `Its weights are stored as ${words(weights)}.${beside}`
}
