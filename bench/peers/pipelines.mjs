// transformers.js's side of `bench pipelines`, in Node: for each line {"folder": …, "photos": […]} what its image-classification pipeline
// says of each photo, asked one at a time.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { env, pipeline } from '@huggingface/transformers'

env.allowRemoteModels = false

const tell = answer => process.stdout.write(`${JSON.stringify(answer)}\n`)
const { version } = JSON.parse(readFileSync('node_modules/@huggingface/transformers/package.json', 'utf8'))

tell({ ready: `transformers.js ${version}` })
for await (const line of createInterface({ input: process.stdin })) {
  const { folder, photos } = JSON.parse(line)
  env.localModelPath = path.dirname(folder)
  const classify = await pipeline('image-classification', path.basename(folder))
  const answers = []
  for (const photo of photos) answers.push(await said(classify, photo))
  await classify.dispose()
  tell(answers)
}
process.exit(0)

async function said(classify, photo) {
  try {
    return { scores: await classify(photo, { top_k: null }) }
  } catch (error) {
    return { error: String(error.message) }
  }
}
