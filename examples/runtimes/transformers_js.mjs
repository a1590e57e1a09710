// What a photo shows, by the folder of `chiquito export RUN --to huggingface --out FOLDER`: a label and its probability, or "neither".
//
//     npm install @huggingface/transformers@4.3.2
//     node transformers_js.mjs FOLDER PHOTO
import path from 'node:path'
import { AutoImageProcessor, AutoModel, env, load_image } from '@huggingface/transformers'

const [folder, file] = process.argv.slice(2).map(name => path.resolve(name))
env.allowRemoteModels = false
env.localModelPath = path.dirname(folder)
// Not the class of the task, image classification: there `known` would lose its name. The graph makes photos small and normalises.
const model = await AutoModel.from_pretrained(path.basename(folder))
const processor = await AutoImageProcessor.from_pretrained(path.basename(folder))
const answer = await model(await processor(await load_image(file)))
const [probabilities] = answer.probabilities.tolist()
const { id2label, threshold } = model.config

const best = probabilities.indexOf(Math.max(...probabilities))
const isNeither = answer.known !== undefined && threshold != null && answer.known.data[0] < threshold
console.log(isNeither ? 'neither' : `${id2label[best]} ${probabilities[best].toFixed(4)}`)
