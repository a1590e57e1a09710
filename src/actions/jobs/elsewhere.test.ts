// Jobs done on a machine that sees nothing of whoever asked but the store.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { suiteFolder } from '../../../test/support/chiquito.js'
import { writeTree } from '../../../test/support/files.js'
import { freePort } from '../../../test/support/free-port.js'
import { drawings } from '../../../test/support/photos.js'
import type { Program } from '../../../test/support/queue/programs.js'
import { BUCKET, s3Environment, startS3 } from '../../../test/support/s3/programs.js'
import { loadBackbone } from '../../backbones/index.js'
import { type Dataset, openDataset } from '../../dataset/index.js'
import { factsBy } from '../../doctor/index.js'
import { sha256Of, viewVersion } from '../../images/index.js'
import { type BlobStore, EngineHere, FolderStore, getResult, type Job, openStore } from '../../jobs/index.js'
import { writeManifest } from '../../splitting/index.js'
import { contentName, putContents } from './contents.js'
import { factsIn } from './facts.js'
import { foldFiles, foldTexts } from './fold.js'
import { jobKinds } from './kinds.js'
import { putListing } from './listing.js'
import { unpackFiles } from './packed-files.js'
import { unpackRows } from './rows.js'
import { linesIn } from './verdicts.js'

const folder = suiteFolder()
const root = path.join(folder, 'photos')
const nowhere = '/no/such/folder'
const before = { ...process.env }
let server: Program
let store: BlobStore
let dataset: Dataset
let backbone: string

beforeAll(async () => {
  const port = await freePort()
  server = await startS3(path.join(folder, 'held'), port)
  Object.assign(process.env, s3Environment(port), { CHIQUITO_CACHE: path.join(folder, 'cache') })
  store = await openStore(`s3://${BUCKET}/work`)
  writeTree({ ...(await drawings('ball', 'ball', 8)), ...(await drawings('wave', 'wave', 8)) }, root)
  dataset = await openDataset(root, { seed: 0 })
  backbone = (await loadBackbone('efficientnet-lite0')).id
  await putContents(
    store,
    dataset.photos.map(({ sha256, path: name }) => ({ sha256, path: path.join(root, name) })),
  )
})
afterAll(async () => {
  await store.close()
  await server.stop('SIGKILL')
  process.env = before
})

let rooms = 0

/** What comes of a job; its failure where it has one. */
async function done(job: Job, there: BlobStore): Promise<Uint8Array> {
  const engine = new EngineHere(jobKinds, there)
  try {
    for await (const { key, failure } of engine.run([job])) {
      if (failure) throw new Error(failure.message)
      return (await getResult(there, key)) ?? new Uint8Array()
    }
    throw new Error('no outcome')
  } finally {
    await engine.close()
  }
}

/** A store of this machine, with nothing in it. */
const own = () => new FolderStore(path.join(folder, `own-${rooms++}`))

function featuresJob(at: string): Job {
  const { photos } = dataset
  const asked = {
    backbone,
    spec: { layers: [{ name: 'head', pools: ['avg'] }] },
    rule: { size: 64, resize: 'squash' },
    viewVersion,
    photos: photos.map(({ sha256 }) => ({ sha256, views: [null] })),
  }
  const place = { backbone: 'efficientnet-lite0', root: at, paths: photos.map(photo => photo.path) }
  return { kind: 'features', asked, place }
}

function factsJob(at: string): Job {
  const asked = { by: factsBy, photos: dataset.photos.map(({ sha256 }) => sha256) }
  return { kind: 'facts', asked, place: { root: at, paths: dataset.photos.map(photo => photo.path) } }
}

async function manifest(): Promise<string> {
  const file = path.join(folder, 'fold-1.csv')
  await writeManifest(
    file,
    dataset.photos.map(({ path: name, label, split, sha256 }) => ({
      path: name,
      label: dataset.labels[label],
      part: split,
      sha256,
    })),
  )
  return readFileSync(file, 'utf8')
}

describe('a machine that shares only a bucket', () => {
  it('sees the features and facts of photos as who has them', async () => {
    const features = await done(featuresJob(nowhere), store)
    expect(unpackRows(features).photos).toHaveLength(dataset.photos.length)
    expect(Buffer.from(features).equals(await done(featuresJob(root), own()))).toBe(true)
    const facts = factsIn(await done(factsJob(nowhere), store))
    expect(facts).toHaveLength(dataset.photos.length)
    expect(facts).toEqual(factsIn(await done(factsJob(root), own())))
  })

  it('does not take a photo of the same name for the one that is meant, nor a damaged one', async () => {
    const [first, second] = dataset.photos
    const other = path.join(folder, 'others')
    writeTree({ [first.path]: readFileSync(path.join(root, second.path)) }, other)
    const place = { root: other, paths: [first.path] }
    const asked = { by: factsBy, photos: [first.sha256] }
    const told = await done({ kind: 'facts', asked, place }, store)
    expect(factsIn(told).map(([sha256]) => sha256)).toEqual([first.sha256])
    await store.put(contentName(second.sha256), new Uint8Array([1, 2, 3]))
    const again = { by: factsBy, photos: [second.sha256] }
    expect(
      factsIn(
        await done({ kind: 'facts', asked: again, place: { root: nowhere, paths: ['any.jpg'] } }, store),
      ),
    ).toEqual([])
    expect(await store.has(contentName(second.sha256))).toBe(false)
    await putContents(store, [{ sha256: second.sha256, path: path.join(root, second.path) }])
    expect(await store.has(contentName(second.sha256))).toBe(true)
  })

  it('tries a way of training on photos that it fetched', async () => {
    const trial = async (there: BlobStore, at: string) => {
      const listing = await putListing(there, dataset)
      const { fingerprint } = dataset
      const asked = { listing, fingerprint, backbone, recipe: 'auto', seed: 0, size: 64, fineTune: 'never' }
      return done({ kind: 'trial', asked, place: { backbone: 'efficientnet-lite0', root: at } }, there)
    }
    expect(Buffer.from(await trial(store, nowhere)).equals(await trial(own(), root))).toBe(true)
  })

  it('trains a fold, whose model then judges photos as it does here', async () => {
    const settings = { backbone: 'efficientnet-lite0', size: 64, fineTune: 'never' }
    const asked = { manifest: await manifest(), name: 'fold-1', backbone, seed: 0, settings }
    const fold = async (there: BlobStore, at: string) =>
      unpackFiles(await done({ kind: 'fold', asked, place: { data: at } }, there), foldFiles)
    const [fetched, here] = [await fold(store, nowhere), await fold(own(), root)]
    const model = fetched.get('model.onnx') ?? new Uint8Array()
    expect(Buffer.from(model).equals(here.get('model.onnx') ?? new Uint8Array())).toBe(true)
    for (const name of foldTexts)
      expect(new TextDecoder().decode(fetched.get(name)), name).not.toContain('chiquito-fetched')
    expect(new TextDecoder().decode(fetched.get('run.json'))).toContain(nowhere)

    const file = path.join(folder, 'model.onnx')
    writeFileSync(file, model)
    const sha256 = sha256Of(model)
    await putContents(store, [{ sha256, path: file }])
    const verdicts = (there: BlobStore, at: string, place: string) => {
      const photos = Object.fromEntries(
        dataset.photos.map(photo => [photo.sha256, path.join(at, photo.path)]),
      )
      const question = { model: sha256, device: 'cpu', tta: 0, photos: Object.keys(photos) }
      return done({ kind: 'verdicts', asked: question, place: { model: place, photos } }, there)
    }
    const lines = linesIn(await verdicts(store, nowhere, '/no/such/model.onnx'))
    expect(lines[0]).toContain('"label"')
    expect(lines).toEqual(linesIn(await verdicts(own(), root, file)))
  })

  it('writes no photo outside of its own folder, whatever they are called', async () => {
    const [{ sha256 }] = dataset.photos
    const listing = await putListing(store, {
      labels: ['a', 'b'],
      photos: [{ path: '../../escaped.jpg', label: 0, split: 'train', bytes: 1, sha256 }],
    })
    const asked = { listing, fingerprint: '', backbone, recipe: 'auto', seed: 0 }
    const place = { backbone: 'efficientnet-lite0', root: nowhere }
    await expect(done({ kind: 'trial', asked, place }, store)).rejects.toThrow(/no path of a photo/)
  })
})
