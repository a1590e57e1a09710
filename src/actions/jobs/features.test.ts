import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTree } from '../../../test/support/files.js'
import { drawings } from '../../../test/support/photos.js'
import { loadBackbone } from '../../backbones/index.js'
import { openDataset, type Photo } from '../../dataset/index.js'
import { PLAIN } from '../../images/index.js'
import { EngineHere, FolderStore, getResult, type JobEngine, jobKey } from '../../jobs/index.js'
import { FeatureStore } from '../../run/index.js'
import { FeatureExtractor, type FeatureHelp } from '../../train/index.js'
import { featureHelp } from './feature-help.js'
import { featuresKind } from './features.js'
import { jobKinds } from './kinds.js'
import { packRows, unpackRows } from './rows.js'

const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-features-'))
const root = path.join(folder, 'photos')
const store = new FolderStore(path.join(folder, 'work'))
const backbone = await loadBackbone('efficientnet-lite0')
const rule = { size: 64, resize: 'squash' } as const
const spec = { layers: [{ name: backbone.layers[backbone.layers.length - 1].name, pools: ['avg' as const] }] }
let photos: readonly Photo[]

beforeAll(async () => {
  writeTree({ ...(await drawings('ball', 'ball', 20)), ...(await drawings('wave', 'wave', 20)) }, root)
  photos = (await openDataset(root, { seed: 0 })).photos
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const views = () => [null, { ...PLAIN, flip: true }]

let rooms = 0
async function extracted(help?: FeatureHelp, of = photos) {
  const kept = FeatureStore.open(path.join(folder, `kept-${rooms++}`), 'features')
  const extractor = new FeatureExtractor({ backbone, spec, rule, root, store: kept, help })
  try {
    return await extractor.extract(of, { task: 'looking', views })
  } finally {
    await extractor.close()
    kept.close()
  }
}

async function withHelp<T>(work: (help: FeatureHelp, engine: JobEngine) => Promise<T>): Promise<T> {
  const engine = new EngineHere(jobKinds, store)
  try {
    return await work(featureHelp({ engine, store, backbone: 'efficientnet-lite0' }), engine)
  } finally {
    await engine.close()
  }
}

describe('features computed as jobs', () => {
  it('are those computed here, byte for byte', async () => {
    const alone = await extracted()
    const helped = await withHelp(help => extracted(help))
    expect(helped.photos).toEqual(alone.photos)
    expect(helped.views.map(rows => Buffer.from(rows.buffer).toString('hex'))).toEqual(
      alone.views.map(rows => Buffer.from(rows.buffer).toString('hex')),
    )
  })

  it('leave a photo that cannot be read to whoever asked', async () => {
    const broken = { ...photos[0], path: 'ball/gone.jpg', sha256: 'f'.repeat(64) }
    const { photos: read, unreadable } = await withHelp(help =>
      extracted(help, [broken, ...photos.slice(1, 4)]),
    )
    expect(read).toEqual(photos.slice(1, 4))
    expect(unreadable).toMatchObject([{ path: 'ball/gone.jpg' }])
  })

  it('are computed by whoever asked where others see no photos, who says so and leaves no result', async () => {
    const notices: string[] = []
    const gone = photos
      .slice(4, 6)
      .map(photo => ({ photo: { ...photo, path: `no/${photo.path}` }, views: [null] }))
    const wanted = { backbone, spec, rule, root, missing: gone, keep: () => expect.unreachable() }
    await withHelp(help =>
      help(wanted, {
        task: 'looking',
        progress: event => event.kind === 'notice' && notices.push(event.message),
      }),
    )
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(
      /done here\. The first reason: ".*no.*" is not on .*the same path on all machines/,
    )
    let results = 0
    await withHelp(async (_, engine) => {
      const counting: JobEngine = {
        ...{ places: 1, discard: engine.discard, close: async () => undefined },
        async *run(jobs) {
          for await (const outcome of engine.run(jobs)) {
            if (await getResult(store, outcome.key)) results++
            yield outcome
          }
        },
      }
      await featureHelp({ engine: counting, store, backbone: 'efficientnet-lite0' })(wanted, {
        task: 'looking',
      })
    })
    expect(results).toBe(0)
  })

  it('leave out, with its copies, what nobody is to look at again', async () => {
    const setAside: FeatureHelp = async ({ missing }) => [
      { path: missing[1].photo.path, reason: 'its worker died three times' },
    ]
    const { photos: read, unreadable } = await extracted(setAside, photos.slice(0, 3))
    expect(read).toEqual([photos[0], photos[2]])
    expect(unreadable).toEqual([{ path: photos[1].path, reason: 'its worker died three times' }])
  })

  it('can be had in halves, and without what kills', async () => {
    const kind = featuresKind()
    const jobs: Parameters<typeof jobKey>[0][] = []
    const listening: JobEngine = {
      places: 1,
      async *run(all) {
        for await (const job of all) {
          jobs.push(job)
          yield { job, key: '', isRecalled: false, failure: { code: 'engine', message: 'only listening' } }
        }
      },
      discard: async () => undefined,
      close: async () => undefined,
    }
    await featureHelp({ engine: listening, store, backbone: 'efficientnet-lite0' })(
      {
        backbone,
        spec,
        rule,
        root,
        missing: photos.slice(0, 5).map(photo => ({ photo, views: views() })),
        keep: () => undefined,
      },
      { task: 'looking' },
    )
    const [job] = jobs
    const halves = kind.division?.parts(job) ?? []
    const whole = await kind.perform(job, { store })
    const results = await Promise.all(halves.map(half => kind.perform(half, { store })))
    expect(Buffer.from(kind.division?.join(job, results) ?? []).equals(whole)).toBe(true)
    const aside = kind.division?.setAside(halves[0], 'it kills') ?? new Uint8Array()
    const rest = unpackRows(kind.division?.join(job, [aside, results[1]]) ?? new Uint8Array())
    expect([rest.photos, rest.aside]).toEqual([[2, 3, 4], [{ photo: 0, reason: 'it kills' }]])
    await kind.close()
  })

  it('refuse a network that is another one than asked for', async () => {
    const file = path.join(folder, 'other.onnx')
    await writeFile(file, 'none')
    const engine = new EngineHere(jobKinds, store)
    const kind = await jobKinds.features()
    const asked = {
      backbone: 'a'.repeat(64),
      spec,
      rule,
      viewVersion: 4,
      photos: [{ sha256: photos[0].sha256, views: [null] }],
    }
    const job = {
      kind: 'features',
      asked,
      place: { backbone: 'efficientnet-lite0', root, paths: [photos[0].path] },
    }
    for await (const { failure, key } of engine.run([job])) {
      expect(key).toBe(jobKey(job, kind))
      expect(failure?.message).toMatch(/"efficientnet-lite0" is another one here/)
    }
    await engine.close()
  })
})

describe('rows on their way', () => {
  it('come back as they were', () => {
    const rows = {
      width: 2,
      photos: [0, 3],
      aside: [],
      values: new Float32Array([1.5, -0, 3e-40, Number.NaN]),
    }
    const back = unpackRows(packRows(rows))
    expect(back.values).toEqual(rows.values)
    expect(back.photos).toEqual([0, 3])
    expect(() => unpackRows(new TextEncoder().encode('{"width":2}\n123'))).toThrow(/no features/)
  })
})
