// The notebook of the article "Chiquito or Not" (2018), on this library:
//   npm run example -- PHOTOS
// PHOTOS has the folders train/ and valid/, each with a folder a class.
import { writeFile } from 'node:fs/promises'
import { ImageData, Learner } from 'chiquito'

const [photos = 'data/dataset', out = 'chiquito.onnx'] = process.argv.slice(2)

const data = await ImageData.fromFolder(photos, { size: 224, batchSize: 8 })
const learn = await Learner.pretrained('efficientnet-lite0', data)

const rates = await learn.findRate()
await writeFile('rate-finder.svg', await rates.plot())
console.log('suggested rate', rates.suggestion)

const head = await learn.fit(0.01, 2)
console.log('head', head.accuracy)

learn.augment({ flip: true, rotate: 10, light: 0.05, maxZoom: 1.3 })
const augmented = await learn.fit(0.01, 4, { cycleLen: 1 })
console.log('head on augmented photos', augmented.accuracy)

learn.unfreeze()
const all = await learn.fit([1e-4, 1e-3, 1e-2], 3, { cycleLen: 1, cycleMult: 2 })
console.log('all layers', all.accuracy)

const seen = await learn.evaluate({ tta: 4 })
console.log('with test-time augmentation', seen.accuracy, 'between', seen.interval)
console.log(data.labels, seen.confusion)
for (const { photo, probability } of seen.interpretation.topLosses.slice(0, 4))
  console.log('most wrong:', seen.photos[photo].path, 'taken for another with', probability.toFixed(2))

await learn.save(out)
await learn.close()
