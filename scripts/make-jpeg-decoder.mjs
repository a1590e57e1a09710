// Compiles the JPEG decoder in wasm/jpeg to assets/jpeg-decoder.wasm. Plain JavaScript: it runs before any build.
//
//   node scripts/make-jpeg-decoder.mjs
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** The compiled decoder: the same bytes for the same source and compiler. */
export async function compileJpegDecoder() {
  let binary
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      '--outFile=jpeg.wasm',
      '-O3',
      '--noAssert',
      '--runtime=stub',
      '--enable=simd',
      // The decoder never reports an assertion, so it needs nothing from outside.
      '--use=abort=',
      `--baseDir=${path.join(root, 'wasm/jpeg')}`,
    ],
    {
      writeFile(name, contents) {
        if (name === 'jpeg.wasm') binary = contents
      },
    },
  )
  if (error || !binary)
    throw new Error(`The JPEG decoder does not compile.\n${stderr.toString()}`, { cause: error })
  return binary
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const binary = await compileJpegDecoder()
  writeFileSync(path.join(root, 'assets/jpeg-decoder.wasm'), binary)
  process.stdout.write(`assets/jpeg-decoder.wasm: ${binary.length} bytes\n`)
}
