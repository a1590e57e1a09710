import { writeFile } from 'node:fs/promises'
import { kernelsModule, kernelsModuleFile } from './kernels-module.js'

// Assembles src/images/kernels/kernels.wat: npm run -s kernels

await writeFile(kernelsModuleFile, await kernelsModule())
console.log(`wrote ${kernelsModuleFile}`)
