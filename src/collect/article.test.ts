import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder, writeTree } from '../../test/support/files.js'
import { serve } from '../../test/support/server.js'
import { openDataset } from '../dataset/index.js'
import { articleAddress, fetchArticleDataset } from './article.js'

const files = ['train', 'valid'].flatMap(part =>
  ['chiquito', 'not'].map(label => [
    `dataset/${part}/${label}/1.jpg`,
    new TextEncoder().encode(part + label),
  ]),
)
const zip = Buffer.from(zipSync(Object.fromEntries(files)))
const local = { allowPrivate: true, pauseMs: 1 }

beforeAll(() => {
  process.env.no_proxy = '127.0.0.1'
})

describe('fetchArticleDataset', () => {
  it('fetches, unpacks and opens the photos once, over redirects as GitHub gives them', async () => {
    const { address, requests } = await serve((request, response) => {
      if (request.url === '/raw/dataset.zip') response.end(zip)
      else response.writeHead(302, { location: '/raw/dataset.zip' }).end('<html>')
    })
    const folder = join(temporaryFolder(), 'cache', 'article')
    const options = { ...local, address: `${address}/blob/dataset.zip?raw=true` }
    const photos = await fetchArticleDataset(folder, options)
    const data = await openDataset(photos)
    expect(data.labels).toEqual(['chiquito', 'not'])
    expect(data.photos).toHaveLength(4)
    expect(readdirSync(folder)).toEqual(['dataset'])
    expect(await fetchArticleDataset(folder, options)).toBe(photos)
    expect(requests).toHaveLength(2)
  })

  it('clears away what a kill left, and leaves nothing when it fails', async () => {
    const { address } = await serve((_, response) => void response.end('<html>Not found</html>'))
    const folder = writeTree({ '.dataset.0123456789ab.tmp/1.jpg': 'half' })
    await expect(fetchArticleDataset(folder, { ...local, address })).rejects.toThrow(/gave no zip archive/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('knows the address of the article', () => {
    expect(new URL(articleAddress).host).toBe('github.com')
    expect(existsSync(articleAddress)).toBe(false)
  })
})
