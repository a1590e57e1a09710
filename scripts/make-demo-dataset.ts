// Makes assets/demo-dataset.zip and assets/demo-dataset.LICENSES.md:
//   npx tsc -p tsconfig.tools.json && node dist-tools/scripts/make-demo-dataset.js
// What is in it and why: docs/decisions/0004-demo-data.md.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { demoDataset } from '../src/actions/demo-dataset.js'
import { assetPath } from '../src/core/index.js'
import { buildDemoDataset } from './demo-dataset/build.js'

const { archive, licenses, counts } = await buildDemoDataset()
writeFileSync(demoDataset.path(), archive)
writeFileSync(assetPath('demo-dataset.LICENSES.md'), licenses)
for (const [folder, count] of counts) console.log(`${String(count).padStart(4)} ${folder}`)
const sha256 = createHash('sha256').update(archive).digest('hex')
console.log(`${archive.length} bytes, SHA-256 ${sha256}`)
if (sha256 !== demoDataset.sha256)
  console.log('This is not the checksum in src/actions/demo-dataset.ts: put it there if the change is meant.')
