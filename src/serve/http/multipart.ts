import { Busboy } from '@fastify/busboy'
import { messageOf } from '../../core/index.js'
import { ProblemError } from './problem.js'
import type { SentPhoto } from './sent-photo.js'

/** Headers of one part: a name, a file name and a type fit. */
const MAX_PART_HEADERS = 16

/** Text beside photos is refused, so of none more than a glance is read. */
const MAX_FIELD_BYTES = 1024

/**
 * The files of a form (multipart/form-data), in their order, whatever their fields are called.
 *
 * @param type - the header Content-Type
 * @throws ProblemError `bad-request`, `invalid-request` for fields that are no files, `too-many-photos`
 */
export function photosOfForm(body: Buffer, type: string, most: number): Promise<SentPhoto[]> {
  return new Promise((resolve, reject) => {
    const photos: SentPhoto[] = []
    const malformed = (error: unknown) =>
      reject(
        new ProblemError(
          'bad-request',
          `The form (multipart/form-data) cannot be read: ${messageOf(error)}. Let a library or curl -F write it.`,
        ),
      )
    try {
      const form = new Busboy({
        headers: { 'content-type': type },
        limits: {
          files: most,
          parts: most + 1,
          fields: 1,
          fieldSize: MAX_FIELD_BYTES,
          headerPairs: MAX_PART_HEADERS,
        },
      })
      form.on('file', (field, stream, filename) => {
        const chunks: Buffer[] = []
        const place = photos.push({ name: filename || field || 'photo', bytes: Buffer.alloc(0) }) - 1
        stream.on('data', chunk => chunks.push(chunk))
        stream.on('error', malformed)
        stream.on('end', () => {
          photos[place] = { ...photos[place], bytes: Buffer.concat(chunks) }
        })
      })
      form.on('field', field =>
        reject(
          new ProblemError(
            'invalid-request',
            `The form has a field ${JSON.stringify(field.slice(0, 80))} that is no file. Send photos alone, each with a file name: curl -F photo=@cat.jpg`,
          ),
        ),
      )
      for (const limit of ['filesLimit', 'partsLimit'] as const) form.on(limit, () => reject(tooMany(most)))
      form.on('error', malformed)
      form.on('finish', () => resolve(photos))
      form.end(body)
    } catch (error) {
      malformed(error)
    }
  })
}

export function tooMany(most: number): ProblemError {
  return new ProblemError(
    'too-many-photos',
    `The request holds more than ${most} photos. Send them in several requests.`,
  )
}
