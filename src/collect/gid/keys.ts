import { z } from 'zod'

// The keys of google-images-download (version 2.8.0, `google_images_download.py` and `docs/arguments.rst`), all of them.

/** Longest text of a value; lists of keywords may be long. */
const MAX_TEXT = 100_000

const text = z.string('expected a text such as "cat, dog"').max(MAX_TEXT)
const number = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^\d+(\.\d+)?$/, 'expected a number'),
  ])
  .pipe(z.coerce.number())
const whole = (least: number) => {
  const error = `expected a whole number from ${least} to 1000000`
  return number.pipe(z.int(error).min(least, error).max(1_000_000, error))
}
const seconds = number.pipe(z.number().min(0).max(86_400))
const flag = z.union([z.boolean(), z.stringbool()], 'expected true or false')
const words = <const T extends readonly string[]>(...allowed: T) => z.enum(allowed)

/** Keys that are heeded. */
export const heeded = {
  keywords: text,
  keywords_from_file: text,
  prefix_keywords: text,
  suffix_keywords: text,
  limit: whole(1),
  format: words('jpg', 'gif', 'png', 'bmp', 'svg', 'webp', 'ico', 'raw'),
  color: words(
    ...([
      'red',
      'orange',
      'yellow',
      'green',
      'teal',
      'blue',
      'purple',
      'pink',
      'white',
      'gray',
      'black',
    ] as const),
    'brown',
  ),
  color_type: words('full-color', 'black-and-white', 'transparent'),
  usage_rights: words(
    'labeled-for-reuse-with-modifications',
    'labeled-for-reuse',
    'labeled-for-noncommercial-reuse-with-modification',
    'labeled-for-nocommercial-reuse',
  ),
  size: text,
  aspect_ratio: words('tall', 'square', 'wide', 'panoramic'),
  type: words('face', 'photo', 'clipart', 'clip-art', 'line-drawing', 'animated'),
  delay: seconds,
  url: text,
  single_image: text,
  output_directory: text,
  image_directory: text,
  no_directory: flag,
  proxy: text,
  specific_site: text,
  safe_search: flag,
  print_urls: flag,
  print_size: flag,
  print_paths: flag,
  metadata: flag,
  silent_mode: flag,
  extract_metadata: flag,
  save_source: text,
  socket_timeout: seconds,
  prefix: text,
  no_numbering: flag,
  offset: whole(0),
  no_download: flag,
  ignore_urls: text,
} as const

/** Keys that mean nothing any more, and what to use instead. */
export const retired: Readonly<Record<string, string>> = {
  chromedriver:
    'no browser is needed; to drive your own Chromium over a results page: --source "browser=ADDRESS"',
  exact_size: 'no source finds photos by their exact size; `train` takes every size',
  time: 'no source finds photos by their age',
  time_range: 'no source finds photos by their age',
  language: 'sources find words of any language as they are written',
  similar_images:
    'no source searches by a picture; "collect --unsure RUN" finds what a model does not know yet',
  related_images: 'give the related keywords in "keywords"',
  thumbnail: 'photos are read at the size that is needed',
  thumbnail_only: 'photos are read at the size that is needed',
}

/** A record, its keys checked as far as they are known; nulls are as good as nothing. */
export const recordSchema = z.record(z.string().max(200), z.unknown(), 'expected a search: keys and values')

const RECORDS = 'expected "Records", a list of 1 to 1000 searches'

export const configSchema = z.object(
  { Records: z.array(recordSchema, RECORDS).min(1, RECORDS).max(1000, RECORDS) },
  RECORDS,
)

export const valuesSchema = z.object(heeded).partial()

export type Values = z.infer<typeof valuesSchema>
