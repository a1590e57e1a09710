// `chiquito/web` as its users have it: by a plain script element, and in a project that Vite builds.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packModel } from '../src/app/pack-model.js'
import { byPlanes } from '../src/app/packed-model.js'
import { packagePath } from '../src/core/index.js'
import type { PredictResult } from '../src/index.js'
import { predict } from '../src/index.js'
import { GraphBuilder, model, readModel, writeModel } from '../src/onnx/index.js'
import { chromiumPath, launchChromium } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { withOtherBit } from './support/damaged-model.js'
import { inFolders, type StaticSite, serveFolders, serveSite } from './support/static-site.js'
import { trainOnDrawings } from './support/web-model.js'

describe.skipIf(!existsSync(chromiumPath))(
  'chiquito/web (skipped without Chromium; CHROMIUM names another path)',
  () => {
    const folder = suiteFolder()
    const photos = path.join(folder, 'photos')
    let browser: Browser
    let host: StaticSite
    let page: Page
    let expected: PredictResult

    beforeAll(async () => {
      const run = await trainOnDrawings(folder)
      const pages = path.join(folder, 'pages')
      mkdirSync(pages)
      writeFileSync(path.join(pages, 'index.html'), '<!doctype html><link rel="icon" href="data:,">')
      writeFileSync(
        path.join(pages, 'plain.html'),
        `<!doctype html><link rel="icon" href="data:,"><img id="img" src="/photos/hot_dog/1.png"><script type="module">
        import * as web from '/web/index.js'
        Object.assign(globalThis, web)
        globalThis.model = await loadModel('/run/model.onnx', { cache: 'test' })
        globalThis.file = async name => (await fetch('/photos/' + name)).blob()
        globalThis.failure = async work => work.then(() => 'nothing', error => error.code + ': ' + error.message)
      </script>`,
      )
      const own = readFileSync(path.join(run, 'model.onnx'))
      for (const [name, bytes] of Object.entries(strangers(own, await packModel(own))))
        writeFileSync(path.join(pages, name), bytes)
      expected = await predict({ model: run, paths: [path.join(photos, 'hot_dog')] })
      host = await serveFolders({
        '/': pages,
        '/web/': packagePath('dist/web'),
        '/run/': run,
        '/photos/': photos,
      })
      browser = await launchChromium()
      page = await browser.newPage()
      await page.goto(`${host.address}/plain.html`)
      await page.waitForFunction('globalThis.model !== undefined && globalThis.failure !== undefined')
    })
    afterAll(async () => {
      host?.close()
      await browser?.close()
    })

    /** Files that a page must not run, by name. */
    function strangers(own: Buffer, packed: Uint8Array): Record<string, Uint8Array> {
      const read = readModel(new Uint8Array(own), 'own')
      const b = new GraphBuilder('foreign')
      b.input('pixels', 'uint8', [1, 96, 96, 3])
      b.output(
        b.foreign({ op: 'Steal', domain: 'com.example', inputs: ['pixels'], attributes: {} }, [
          { dtype: 'float32', shape: [1, 2] },
        ])[0],
        'probabilities',
      )
      const labels = new Map([...read.metadata, ['chiquito.labels', '["a","a"]']])
      const threshold = /"threshold":[\d.]+/.exec(read.metadata.get('chiquito.abstention') ?? '')?.[0]
      if (threshold === undefined) throw new Error('the model has no threshold')
      const abstention = (read.metadata.get('chiquito.abstention') ?? '').replace(
        threshold,
        '"threshold":0.5',
      )
      const edited = new Map([...read.metadata, ['chiquito.abstention', abstention]])
      return {
        'cut.onnx': own.subarray(0, 100_000),
        'page.onnx': Buffer.from('\n<!DOCTYPE html><p>Not here'),
        'words.onnx': Buffer.from('hello, this is a model'),
        'foreign.onnx': writeModel({ ...model(b.build()), metadata: read.metadata }),
        'labels.onnx': writeModel({ ...read, metadata: labels }),
        'edited.onnx': writeModel({ ...read, metadata: edited }),
        'damaged.onnx': withOtherBit(own),
        'nobody.onnx': writeModel({ ...read, metadata: new Map(), producer: 'x' }),
        'cut.packed': packed.subarray(0, 100_000),
        'planes.packed': gzipSync(byPlanes(own, []).subarray(0, 18)),
        'own.packed': packed,
      }
    }

    /** The verdicts of `predict`, by the name of the photo. */
    const wanted = (name: string) => {
      const found = expected.predictions.find(one => one.path.endsWith(name))
      if (!found) throw new Error(`predict was not asked about ${name}`)
      const { label, probabilities, known, abstained } = found
      return { label, probabilities, known, abstained }
    }

    function expectSame(got: unknown, name: string): void {
      const { probabilities, known, ...rest } = wanted(name)
      const close = (value: number) => expect.closeTo(value, 4)
      expect(got).toEqual({
        ...rest,
        known: known === null ? null : close(known),
        probabilities: probabilities.map(close),
      })
    }

    it('tells what the model is', async () => {
      const told = await page.evaluate('({ ...model, talk: undefined })')
      expect(told).toMatchObject({
        labels: ['hot_dog', 'not_hot_dog'],
        device: 'wasm',
        threads: 1,
        explains: false,
        size: 96,
        threshold: expected.threshold,
      })
      expect(await page.evaluate('model.check()')).toEqual({ agrees: true, photos: 2 })
    })

    const drawn = `(async () => {
    const bitmap = await createImageBitmap(await file('hot_dog/1.png'))
    const canvas = document.createElement('canvas')
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d').drawImage(bitmap, 0, 0)
    return { bitmap, canvas }
  })()`
    it.each([
      ['Blob', "file('hot_dog/1.png')"],
      ['File', "file('hot_dog/1.png').then(blob => new File([blob], 'x'))"],
      [
        'HTMLImageElement',
        "document.getElementById('img').decode().then(() => document.getElementById('img'))",
      ],
      ['HTMLCanvasElement', `${drawn}.then(({ canvas }) => canvas)`],
      ['ImageBitmap', `${drawn}.then(({ bitmap }) => bitmap)`],
      [
        'ImageData',
        `${drawn}.then(({ canvas }) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height))`,
      ],
      [
        'OffscreenCanvas',
        `${drawn}.then(({ bitmap }) => { const c = new OffscreenCanvas(bitmap.width, bitmap.height); c.getContext('2d').drawImage(bitmap, 0, 0); return c })`,
      ],
      ['VideoFrame', `${drawn}.then(({ canvas }) => new VideoFrame(canvas, { timestamp: 0 }))`],
      [
        'ImageData of floats',
        `${drawn}.then(({ canvas }) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height, { pixelFormat: 'rgba-float16' }))`,
      ],
    ])('says of a %s what predict says of the file', async (_kind, image) => {
      expectSame(await page.evaluate(`${image}.then(image => model.classify(image))`), 'hot_dog/1.png')
    })

    it('waits for an image that is still on its way, and not for one that does not come', async () => {
      const told = await page.evaluate<unknown[]>(`(async () => {
      const image = src => Object.assign(new Image(), { src })
      const [coming, broken] = [image('/photos/hot_dog/2.png?late'), image('/nowhere.png')]
      const begun = coming.complete
      return [begun, await model.classify(coming), await failure(model.classify(broken)), await failure(model.classify(image('/photos/hot_dog/2.png?later'), { signal: AbortSignal.abort() }))]
    })()`)
      expect(told[0]).toBe(false)
      expectSame(told[1], 'hot_dog/2.png')
      expect(told.slice(2)).toEqual([
        expect.stringMatching(/^image: the HTMLImageElement: it shows nothing yet, or is broken/),
        'interrupted: Interrupted.',
      ])
    })

    it('answers many, in their order, with the reason where one cannot be read', async () => {
      const names = ['1', '2', '3', '4', '5'].map(n => `hot_dog/${n}.png`)
      const outcomes = await page.evaluate<{ verdict?: unknown; error?: string }[]>(`(async () => {
      const images = await Promise.all(${JSON.stringify(names)}.map(file))
      images.splice(2, 0, new File(['x'], 'letter.txt'), 'text')
      const seen = []
      const all = await model.classifyAll(images, { batch: 3, progress: (done, total) => seen.push(done + '/' + total) })
      if (seen.join() !== '3/7,6/7,7/7') throw new Error(seen.join())
      return all.map(one => 'error' in one ? { error: one.error.code + ': ' + one.error.message } : one)
    })()`)
      expect(outcomes[2].error).toMatch(/^image: letter\.txt: not an image/)
      expect(outcomes[3].error).toMatch(/^usage: image must be a Blob, .* but is String/)
      outcomes.splice(2, 2)
      for (const [i, name] of names.entries()) expectSame(outcomes[i].verdict, name)
    })

    it('stops where the signal fires, and goes on with what comes then', async () => {
      const told = await page.evaluate(`(async () => {
      const images = await Promise.all(Array.from({ length: 12 }, () => file('hot_dog/1.png')))
      const controller = new AbortController()
      const stopped = failure(model.classifyAll(images, { batch: 2, signal: controller.signal, progress: () => controller.abort() }))
      return [await stopped, await failure(model.classify(images[0], { signal: AbortSignal.abort() })), (await model.classify(images[0])).label]
    })()`)
      expect(told).toEqual(['interrupted: Interrupted.', 'interrupted: Interrupted.', 'hot_dog'])
    })

    it.each([
      ['failure(model.explain(new ImageData(9, 9)))', /^model: This model cannot say why/],
      ['failure(model.classify(new ImageData(1, 1)))', /^image: .*1 x 1 pixels, too few/],
      [
        "failure(model.classify(new Blob(['II*\\0' + ' '.repeat(50)])))",
        /^image: .*a TIFF file, which browsers do not read; save it as JPEG or PNG/,
      ],
      [
        "failure(model.classify(new Blob(['\\0\\0\\0\\x18ftypheic\\0\\0\\0\\0mif1heic'])))",
        /^image: .*HEIC file, which browsers do not read/,
      ],
      [
        "failure(file('hot_dog/1.png').then(one => model.classify(one.slice(0, 2000))))",
        /^image: .*PNG file is damaged, ends early/,
      ],
      [
        `failure(${drawn}.then(({ canvas }) => new Promise(done => canvas.toBlob(done, 'image/jpeg')))
          .then(one => model.classify(one.slice(0, one.size * 0.7))))`,
        /^image: .*JPEG file is damaged, ends early/,
      ],
      ["failure(model.classifyAll('a.jpg'))", /^usage: images must be an array .* but is String/],
      ['failure(loadModel())', /^usage: The model must be an address, .* but is Undefined/],
      ["failure(loadModel(''))", /^usage: .* but is an empty text/],
      ["failure(fetch('/run/model.onnx').then(loadModel))", /^usage: .* but is Response/],
      [
        "failure(loadModel('/run/model.onnx', { worker: 'https://example.org/worker.js' }))",
        /^engine: The worker cannot be started: .*must come from the host of the page/,
      ],
      ['failure(model.classifyAll([], { batch: 0 }))', /^usage: batch must be a whole number from 1 to 64/],
      [
        "failure(loadModel('/none.onnx'))",
        /^io: The model \/none\.onnx cannot be fetched: the server answered 404/,
      ],
      ["failure(loadModel('/cut.onnx'))", /^model: \/cut\.onnx is not an ONNX model, or is cut off/],
      ["failure(loadModel('/cut.packed'))", /^model: \/cut\.packed cannot be unpacked/],
      ["failure(loadModel('/planes.packed'))", /^model: \/planes\.packed cannot be unpacked: it is cut off/],
      [
        "failure(loadModel('/page.onnx'))",
        /^io: The model \/page\.onnx cannot be fetched: at http\S+\/page\.onnx is a web page\..* check the address/,
      ],
      [
        "failure(loadModel('/page.onnx', { cache: 'pages' }).finally(async () => { if (await (await caches.open('pages')).match('/page.onnx')) throw new Error('kept') }))",
        /^io: .* is a web page/,
      ],
      ["failure(loadModel('/words.onnx'))", /^model: \/words\.onnx is not an ONNX model/],
      ["failure(loadModel('/foreign.onnx'))", /^model: .*the operator "Steal" of "com\.example"/],
      ["failure(loadModel('/labels.onnx'))", /^model: .*a label repeats/],
      // What no golden photo shows.
      [
        "failure(loadModel('/damaged.onnx'))",
        /^model: \/damaged\.onnx was damaged or changed since it was made: its graph or its weights are no longer the same/,
      ],
      [
        "failure(loadModel('/edited.onnx'))",
        /^model: What \/edited\.onnx says of itself .* was changed since/,
      ],
      ["failure(loadModel('/nobody.onnx'))", /^model: .*was made by x, not by chiquito/],
      [
        "failure(loadModel('/run/model.onnx', { runtime: '/nowhere/' }))",
        /^engine: The runtime cannot be started from .*\/nowhere\/ort\.wasm\.min\.mjs/,
      ],
      ["failure(loadModel('/run/model.onnx', { device: 'gpu' }))", /^usage: device must be/],
      ["failure(loadModel('/run/model.onnx', { signal: AbortSignal.timeout(1) }))", /^interrupted/],
    ])('%s', async (work, message) => {
      expect(await page.evaluate(work)).toMatch(message)
    })

    it('tells how far it is, keeps the model for times without a network, and lets go when it is closed', async () => {
      const told = await page.evaluate<unknown[]>(`(async () => {
      const seen = []
      const second = await loadModel(await (await fetch('/run/model.onnx')).arrayBuffer(), { runtime: '/web/ort/' })
      const third = await loadModel('/run/model.onnx', { progress: loaded => seen.push(loaded) })
      const kept = await (await (await caches.open('test')).match('/run/model.onnx')).arrayBuffer()
      second.close()
      return [kept.byteLength === seen.at(-1), seen.every((n, i) => i === 0 || n > seen[i - 1]), third.labels.length, await failure(second.check())]
    })()`)
      expect(told).toEqual([true, true, 2, 'interrupted: The model was closed.'])
    })

    it('takes bytes that are a part of others', async () => {
      const verdict = await page.evaluate(`(async () => {
      const bytes = new Uint8Array(await (await fetch('/run/model.onnx')).arrayBuffer())
      const more = new Uint8Array(bytes.length + 9)
      more.set(bytes, 5)
      const own = await loadModel(more.subarray(5, 5 + bytes.length))
      const verdict = await own.classify(await file('hot_dog/1.png'))
      own.close()
      return verdict
    })()`)
      expectSame(verdict, 'hot_dog/1.png')
    })

    it('says what is to be done about pictures of another site, and answers the others', async () => {
      const other = await serveFolders({ '/': photos })
      const outcomes = await page.evaluate<{ error?: string }[]>(`(async () => {
      const there = new Image()
      there.src = '${other.address}/hot_dog/1.png'
      await there.decode()
      const canvas = document.createElement('canvas')
      canvas.getContext('2d').drawImage(there, 0, 0)
      const all = await model.classifyAll(new Set([there, await file('hot_dog/1.png'), canvas]))
      return all.map(one => 'error' in one ? { error: one.error.code + ': ' + one.error.message } : one.verdict)
    })()`)
      other.close()
      const wrong = /^image: the HTML\w+Element: it comes from another site, .*crossorigin="anonymous"/
      expect(outcomes[0].error).toMatch(wrong)
      expectSame(outcomes[1], 'hot_dog/1.png')
      expect(outcomes[2].error).toMatch(wrong)
    })

    it('takes a model as exported pages fetch it', async () => {
      const verdict = await page.evaluate(`(async () => {
      const own = await loadModel('/own.packed')
      const verdict = await own.classify(await file('hot_dog/1.png'))
      own.close()
      return verdict
    })()`)
      expectSame(verdict, 'hot_dog/1.png')
    })

    it('answers the same by the build of the runtime that can also use a graphics processor', async () => {
      const verdict = await page.evaluate(`(async () => {
      const at = name => new URL('/web/ort/' + name, location.href).href
      const files = { script: at('ort.jspi.min.mjs'), loader: at('ort-wasm-simd-threaded.jspi.mjs'), wasm: at('ort-wasm-simd-threaded.jspi.wasm') }
      const own = await loadModel('/run/model.onnx', { runtime: { wasm: files } })
      const verdict = await own.classify(await file('hot_dog/1.png'))
      own.close()
      return verdict
    })()`)
      expectSame(verdict, 'hot_dog/1.png')
    })

    it('works by plain script elements as docs/web.md prints them, also from another host', async () => {
      const cdn = await serveSite(inFolders({ '/chiquito/': packagePath('') }), {
        headers: { 'access-control-allow-origin': '*' },
      })
      const text = readFileSync(packagePath('docs/web.md'), 'utf8')
      const blocks = [...text.matchAll(/^```html\n(.*?)^```/gms)].map(([, block]) =>
        block.replaceAll('https://cdn.example', cdn.address),
      )
      const [, policy] = /^.*: `(script-src … https:\/\/cdn\.example .*)`\.$/m.exec(text) ?? []
      const policies = [
        undefined,
        // Its scripts stand in the page here.
        policy?.replaceAll('https://cdn.example', cdn.address).replace('…', "'unsafe-inline'"),
      ]
      expect(blocks).toHaveLength(policies.length)
      const { label, abstained } = wanted('hot_dog/1.png')
      const files = inFolders({
        '/run/': path.join(folder, 'run'),
        '/node_modules/chiquito/': packagePath(''),
        '/photos/': photos,
      })
      for (const [i, block] of blocks.entries()) {
        const own = await serveSite(
          pathname =>
            pathname === '/'
              ? `<!doctype html><link rel="icon" href="data:,"><img src="/photos/hot_dog/1.png">${block}`
              : files(pathname === '/model.onnx' ? '/run/model.onnx' : pathname),
          policies[i] === undefined ? {} : { headers: { 'content-security-policy': policies[i] } },
        )
        const printed = await browser.newPage()
        const said: string[] = []
        printed.on('console', message => said.push(message.text()))
        await printed.goto(own.address)
        await expect.poll(() => said.at(-1)).toMatch(/^(hot_dog|not_hot_dog|neither) \[/)
        expect(said.at(-1)?.split(' ')[0]).toBe(abstained ? 'neither' : label)
        await printed.close()
        own.close()
      }
      expect(cdn.asked).toContain('/chiquito/dist/web/ort/ort-wasm-simd-threaded.wasm')
      cdn.close()
    })

    it('works in a project that Vite builds', async () => {
      const project = path.join(folder, 'project')
      mkdirSync(path.join(project, 'node_modules'), { recursive: true })
      symlinkSync(packagePath(''), path.join(project, 'node_modules/chiquito'), 'dir')
      writeFileSync(
        path.join(project, 'index.html'),
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
      )
      writeFileSync(
        path.join(project, 'main.js'),
        `import { loadModel } from 'chiquito/web'
       const model = await loadModel('/run/model.onnx')
       globalThis.verdict = await model.classify(await (await fetch('/photos/hot_dog/1.png')).blob())`,
      )
      await build({
        configFile: false,
        root: project,
        logLevel: 'error',
        build: { outDir: path.join(project, 'dist') },
      })
      const assets = readdirSync(path.join(project, 'dist/assets'))
      expect(assets.filter(name => name.endsWith('.wasm'))).toHaveLength(1)
      const own = await serveFolders({
        '/': path.join(project, 'dist'),
        '/run/': path.join(folder, 'run'),
        '/photos/': photos,
      })
      const built = await browser.newPage()
      await built.goto(`${own.address}/`)
      await built.waitForFunction('globalThis.verdict !== undefined')
      expectSame(await built.evaluate('verdict'), 'hot_dog/1.png')
      await built.close()
      own.close()
    })
  },
)
