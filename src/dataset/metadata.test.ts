import { describe, expect, it } from 'vitest'
import { fail, flat, oddity } from '../../test/support/datasets.js'
import { photos, writeTree } from '../../test/support/files.js'
import { openDataset } from './index.js'

describe('metadata.jsonl', () => {
  it('decides alone for all photos below its folder', async () => {
    const lines = [
      '{"file_name": "images/1.jpg", "label": "cat", "license": "CC0"}',
      '',
      '{"file_name":"images/2.jpg","label":7}',
      '{"file_name":"cat/1.jpg","label":"cat"}',
      '{"file_name":"7/1.jpg","label":"7"}',
      '{"file_name":"7/2.jpg","label":null}',
    ]
    const root = writeTree({
      'metadata.jsonl': `\uFEFF${lines.join('\r\n')}\n{"file_name": "images/gone.jpg", "label": "cat"}\n`,
      ...photos('images', 3),
      ...photos('cat', 1),
      ...photos('7', 2),
      '7/metadata.jsonl': '{"file_name": "2.jpg", "source_url": "https://example.org/2.jpg"}\n',
    })
    const data = await openDataset(root)
    expect(data.labels).toEqual(['7', 'cat'])
    expect(data.photos.map(photo => [photo.path, data.labels[photo.label]])).toEqual([
      ['7/1.jpg', '7'],
      ['cat/1.jpg', 'cat'],
      ['images/1.jpg', 'cat'],
      ['images/2.jpg', '7'],
    ])
    expect(oddity(data, 'missing')?.examples).toEqual(['images/gone.jpg'])
    expect(oddity(data, 'unlisted')?.examples).toEqual(['7/2.jpg', 'images/3.jpg'])
    expect(data.notices).toEqual([
      'Labels come from "metadata.jsonl": photos by column "file_name", classes by column "label".',
      'Left out: photos to which the table with the labels gives none (2), for example "7/2.jpg".',
      'Left out: photos that a table names and that are not there: "images/gone.jpg".',
    ])
  })

  it('labels photos under train and valid without class folders', async () => {
    const line = (name: number, label: string) => `{"file_name": "${name}.jpg", "label": "${label}"}\n`
    const data = await openDataset(
      writeTree({
        ...photos('train', 2),
        'train/metadata.jsonl': line(1, 'a') + line(2, 'b'),
        ...photos('val', 2),
        'val/metadata.jsonl': line(1, 'a') + line(2, 'b'),
      }),
    )
    expect(data.photos.map(photo => [photo.path, photo.split, photo.label])).toEqual([
      ['train/1.jpg', 'train', 0],
      ['train/2.jpg', 'train', 1],
      ['val/1.jpg', 'valid', 0],
      ['val/2.jpg', 'valid', 1],
    ])
  })

  it.each([
    ['no JSON', '{"file_name": "1.jpg"}\n{oops\n', /metadata.jsonl line 2: not valid JSON/],
    ['no object', '[1]', /line 1: not an object/],
    ['an empty label', '{"file_name": "cat/1.jpg", "label": " "}', /line 1: label " " is not a name/],
    ['a path upwards', '{"file_name": "cat/../../x.jpg", "label": "a"}', /line 1: file_name .* leads out/],
    ['a Windows path upwards', '{"file_name": "..\\\\x.jpg", "label": "a"}', /leads out/],
    ['an absolute path', '{"file_name": "/etc/passwd", "label": "a"}', /leads out/],
    ['a drive', '{"file_name": "C:/x.jpg", "label": "a"}', /leads out/],
    ['an address', '{"file_name": "file://x.jpg", "label": "a"}', /leads out/],
    [
      'a contradiction',
      '{"file_name":"cat/1.jpg","label":"a"}\n{"file_name":"./cat/1.jpg","label":"b"}',
      /labelled "a" \(metadata.jsonl line 1\) and "b"/,
    ],
  ])('refuses %s', async (_, text, message) => {
    expect(await fail({ ...flat, 'metadata.jsonl': text })).toMatch(message)
  })

  it.each([
    ['no file name', '{"label": "cat"}', /"metadata.jsonl" gives no labels: no column names a photo/],
    ['an odd label', '{"file_name": "cat/1.jpg", "label": {}}', /column "label" holds lists or objects/],
  ])('that has %s leaves the class folders as they are, and says so', async (_, text, message) => {
    const data = await openDataset(writeTree({ ...flat, 'metadata.jsonl': text }))
    expect(data.labels).toEqual(['cat', 'dog'])
    expect(data.notices.join()).toMatch(message)
  })
})
