import libheif, { type HeifError, type HeifPicture } from 'libheif-js/libheif-wasm/libheif.js'
import type { PhotoHead } from '../photo-file.js'
import { CONVERT, Refusal } from '../refusal.js'
import { onWhite } from '../rgba.js'
import { instanceOf } from './instance.js'

const PROGRAM = 'libheif-js/libheif-wasm/libheif.wasm'

/** HEIC: the primary picture, turned as the file's own transformations say, which are all that counts in this format. */
export async function openHeic(bytes: Uint8Array): Promise<PhotoHead> {
  const heif = libheif(await instanceOf(PROGRAM))
  const context = heif.heif_context_alloc()
  const read = heif.heif_context_read_from_memory(context, bytes)
  if (read.code !== heif.heif_error_code.heif_error_Ok) throw refusal(read)
  const image = heif.heif_js_context_get_primary_image_handle(context)
  if ('code' in image) throw refusal(image)
  const width = heif.heif_image_handle_get_width(image)
  const height = heif.heif_image_handle_get_height(image)
  return {
    width,
    height,
    shrinks: false,
    // The codec's planes, RGBA beside them, its copy outside the program, and RGB.
    memory: () => width * height * 16,
    async decode() {
      const { heif_colorspace_RGB: rgb } = heif.heif_colorspace
      const decoded = await heif.heif_js_decode_image2(
        image,
        rgb,
        heif.heif_chroma.heif_chroma_interleaved_RGBA,
      )
      if (!decoded || 'code' in decoded) throw refusal(decoded)
      return onWhite(rowsOf(decoded))
    },
  }
}

/** Rows may be padded. */
function rowsOf({ channels: [{ width, height, stride, data }] }: HeifPicture) {
  const packed = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++)
    packed.set(data.subarray(y * stride, y * stride + width * 4), y * width * 4)
  return { width, height, data: packed }
}

function refusal(error: HeifError | undefined): Refusal {
  const why = (error?.message || 'no reason given').replace(/[.\s]+$/, '')
  return new Refusal(
    `the HEIC file is damaged, truncated or of a kind that cannot be decoded (${why}); ${CONVERT}`,
  )
}
