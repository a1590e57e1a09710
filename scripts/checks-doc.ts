import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { checks, checksPage } from '../src/doctor/index.js'

// Writes docs/checks.md from what the checks say of themselves: npm run -s checks

const page = path.resolve('docs', 'checks.md')
await writeFile(page, checksPage(checks))
console.log(`wrote ${page}`)
