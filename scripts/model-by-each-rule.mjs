// A model once for each rule by which photos become a square, in a folder each: a view is all that its metadata say of that, and golden
// photos are views already. Needs a build.
//
//     node scripts/model-by-each-rule.mjs MODEL FOLDER RULE...
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readModel, writeModel } from '../dist/onnx/index.js'

const [file, folder, ...rules] = process.argv.slice(2)
const model = readModel(readFileSync(file), file)
for (const resize of rules) {
  const metadata = new Map(model.metadata)
  const { size } = JSON.parse(metadata.get('chiquito.view'))
  metadata.set('chiquito.view', JSON.stringify({ resize, size }))
  // A digest of the other entries.
  metadata.delete('chiquito.metadata')
  mkdirSync(`${folder}/${resize}`)
  writeFileSync(`${folder}/${resize}/model.onnx`, writeModel({ ...model, metadata }))
}
