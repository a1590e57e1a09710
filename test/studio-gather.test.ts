// Gather through the page, as somebody brings photos: dropped, chosen, recorded, searched for; and what a kill leaves.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import type { StateAnswer } from '../src/studio/api/state.js'
import { zip } from './support/archives.js'
import { seriousFaults } from './support/axe.js'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { writeTree } from './support/files.js'
import { freePort } from './support/free-port.js'
import { drawing, drawings } from './support/photos.js'
import { serve } from './support/server.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

/** A file in memory, as playwright takes it. */
const file = (name: string, buffer: Buffer, mimeType = 'image/png') => ({ name, buffer, mimeType })

const balls = (from: number, count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, i) =>
      file(`ball-${from + i}.png`, await drawing('ball', from + i)),
    ),
  )

/** Drops files on an element, as a hand does. */
async function drop(page: Page, selector: string, files: readonly ReturnType<typeof file>[]): Promise<void> {
  await page.waitForSelector(selector)
  const given = files.map(({ name, buffer, mimeType }) => ({
    name,
    mimeType,
    text: buffer.toString('base64'),
  }))
  await page.evaluate(
    `{
      const transfer = new DataTransfer()
      for (const { name, mimeType, text } of ${JSON.stringify(given)})
        transfer.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name, { type: mimeType }))
      const target = document.querySelector(${JSON.stringify(selector)})
      for (const type of ['dragenter', 'dragover', 'drop'])
        target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }))
    }`,
  )
}

const classCard = (page: Page, label: string) =>
  page.locator('.class-card', { has: page.getByRole('heading', { name: label, exact: true }) })

/** Resolves when the studio says so. */
async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const jobsOf = async (studio: RunningStudio) => (await studio.json<{ jobs: Job[] }>('/api/jobs')).jobs

describe.skipIf(noBrowser)(unless(noBrowser, 'Gather'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  const photosOf = (label: string) =>
    readdirSync(path.join(dir, 'photos', label)).filter(name => /\.(png|jpg)$/.test(name))
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    studio = await startStudio(dir)
  })
  afterAll(() => studio.stop())

  it('takes what is dropped, asks for its class, tells copies and what is no photo', async () => {
    const { page, complaints, close } = await openPage(studio)
    await page.getByRole('heading', { name: 'What should it tell apart?' }).waitFor()
    const first = await balls(1, 4)
    await drop(page, '.gather', [
      ...first,
      file('broken.png', Buffer.from('no photo')),
      file('notes.txt', Buffer.from('x'), 'text/plain'),
    ])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 file is no photo').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await dialog.getByLabel('5 photos').fill('ball')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByText('4 photos added').waitFor()
    await page.getByText('broken.png').waitFor()
    expect(photosOf('ball').toSorted()).toEqual(['ball-1.png', 'ball-2.png', 'ball-3.png', 'ball-4.png'])
    await drop(page, '.class-card', [first[0], ...(await balls(5, 2))])
    await page.getByText('1 was there already').waitFor()
    await classCard(page, 'ball').getByText('6 photos').waitFor()
    await expect.poll(() => classCard(page, 'ball').locator('img').count()).toBe(6)
    expect(photosOf('ball')).toHaveLength(6)
    expect(complaints).toEqual([])
    await close()
  })

  it('makes a class, takes files that are chosen, and shows both tabs the same', async () => {
    const { page, context, close } = await openPage(studio)
    const other = await context.newPage()
    await other.goto(studio.started.address)
    await page.getByLabel('Name of the class').fill('wave')
    await page.getByRole('button', { name: 'Make' }).click()
    await classCard(other, 'wave').waitFor()
    await page.getByLabel('Name of the class').fill('a/b')
    await page.getByRole('button', { name: 'Make' }).click()
    await page.getByRole('alert').getByText('cannot be called').waitFor()
    const chosen = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Add photos to wave' }).click()
    await (await chosen).setFiles([
      file('w.png', await drawing('wave', 1)),
      file('w.png', await drawing('wave', 2)),
    ])
    await classCard(other, 'wave').getByText('2 photos').waitFor()
    expect(photosOf('wave').toSorted()).toEqual(['w-2.png', 'w.png'])
    await close()
  })

  it('records from the webcam while its button is held, and leaves out what is too alike', async () => {
    const { page, complaints, close } = await openPage(studio)
    await page.getByRole('button', { name: 'Webcam for wave' }).click()
    const hold = page.getByRole('button', { name: 'Hold to record' })
    await page.waitForSelector('.camera button.primary:not(:disabled)')
    await hold.focus()
    await page.keyboard.down('Space')
    await page.getByText(/^([3-9]|\d\d) pictures/).waitFor()
    await page.keyboard.up('Space')
    const taken = Number.parseInt((await page.locator('.camera-told strong').textContent()) ?? '', 10)
    await page.getByRole('button', { name: 'Done' }).click()
    await until(
      () => studio.json<StateAnswer>('/api/state'),
      ({ classes }) => classes.some(({ label, photos }) => label === 'wave' && photos >= taken + 2),
    )
    expect(
      photosOf('wave').filter(name => /^webcam-\d{8}-\d{6}-\d{3}(-\d)?\.jpg$/.test(name)).length,
    ).toBeGreaterThanOrEqual(taken)
    expect(complaints).toEqual([])
    await close()
  })

  it('unpacks an archive whose folders are classes', async () => {
    const entries = await Promise.all(
      [1, 2, 3].flatMap(i => [
        drawing('ball', 500 + i).then(content => ({ name: `sun/${i}.png`, content })),
        drawing('wave', 500 + i).then(content => ({ name: `sea/${i}.png`, content })),
      ]),
    )
    const { page, close } = await openPage(studio)
    const again = { name: 'sun/again.png', content: await drawing('ball', 501) }
    const notes = { name: 'sun/notes.txt', content: Buffer.from('hot') }
    const buffer = Buffer.from(zip([...entries, again, notes]))
    const archive = { name: 'more.zip', buffer, mimeType: 'application/zip' }
    const chosen = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: /^An archive/ }).click()
    await (await chosen).setFiles([archive])
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await page.getByText('6 photos came of it').waitFor()
    await page.getByText('1 was there already').waitFor()
    await page.getByText('1 file in it is no photo').waitFor()
    expect([photosOf('sun').length, photosOf('sea').length]).toEqual([3, 3])
    expect(readdirSync(path.join(dir, '.chiquito/archives'))).toEqual([])
    const other = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: /^An archive/ }).click()
    await (await other).setFiles([{ ...archive, name: 'cut.zip', buffer: buffer.subarray(0, 900) }])
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await page.getByText(/"cut\.zip" cannot be unpacked/).waitFor()
    await close()
  })

  it('fetches no address of this network, and says so', async () => {
    const server = await serve(async (request, response) => {
      if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    })
    const { page, close } = await openPage(studio)
    await page.getByRole('button', { name: /^A list of addresses/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Class').fill('fetched')
    await dialog.getByLabel('Addresses, one a line').fill(`${server.address}/photo/1.jpg\nfile:///etc/passwd`)
    await dialog.getByRole('button', { name: 'Fetch' }).click()
    await page.getByText('0 photos came of it').waitFor()
    await page.getByText(/(was|were) not taken/).click()
    await page.getByText(/private network/).waitFor()
    expect(server.requests).toEqual([])
    await close()
  })
})

describe('Gather after a kill', () => {
  const folder = suiteFolder()

  it('goes on with a search where it was, and loses nothing that was sent', async () => {
    const asked = new Map<string, number>()
    let photosAsked = 0
    let kill = () => {}
    const killed = new Promise<void>(resolve => {
      kill = resolve
    })
    const server = await serve(async (request, response) => {
      const photos = Array.from({ length: 60 }, (_, i) => `${server.address}/photo/${i}.jpg`)
      const target = request.url ?? ''
      asked.set(target, (asked.get(target) ?? 0) + 1)
      if (target.startsWith('/v1/images/')) return void response.end(openversePage(request, photos))
      // Before the kill no more than some are answered, however late it comes.
      if (++photosAsked > 12) await killed
      if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    })
    const env = { CHIQUITO_SOURCES: `openverse=${server.address}` }
    const dir = path.join(folder, 'killed')
    const first = await startStudio(dir, [], env)
    const options = { words: 'red panda', label: 'panda', limit: 30 }
    const { id } = await first.post<Job>('/api/jobs', { kind: 'collect', options })
    const upload = (studio: RunningStudio, number: number, body: Buffer) =>
      studio.json(`/api/upload?label=ball&name=${number}.png`, { method: 'POST', body })
    await upload(first, 1, await drawing('ball', 1))
    const panda = path.join(dir, 'photos/panda')
    const count = () =>
      existsSync(panda) ? readdirSync(panda).filter(name => name.endsWith('.jpg')).length : 0
    await until(
      async () => count(),
      found => found >= 5,
    )
    await first.stop('SIGKILL')
    kill()
    const [before, ball] = [count(), readFileSync(path.join(dir, 'photos/ball/1.png'))]
    expect(before).toBeLessThan(30)
    expect(ball).toEqual(await drawing('ball', 1))
    // What was on its way when it was killed.
    writeFileSync(path.join(dir, '.chiquito/incoming/0123456789abcdef'), 'half')
    const second = await startStudio(dir, [], env)
    expect(readdirSync(path.join(dir, '.chiquito')).includes('incoming')).toBe(false)
    const [job] = await jobsOf(second)
    expect(job).toMatchObject({ id, state: 'cut-off', canResume: true })
    await second.post(`/api/jobs/${id}/resume`)
    const done = await until(
      async () => (await jobsOf(second))[0],
      ({ state }) => state !== 'running' && state !== 'waiting',
    )
    expect(done, JSON.stringify(done)).toMatchObject({ state: 'done', result: { label: 'panda' } })
    expect(count()).toBe(30)
    const twice = [...asked].filter(([target, times]) => target.startsWith('/photo/') && times > 1)
    // At most what was on its way.
    expect(twice.length).toBeLessThanOrEqual(16)
    expect(await second.json('/api/state')).toMatchObject({ photos: 31 })
    await second.stop()
  })

  it.skipIf(noBrowser)('sends what the page still holds as soon as the server is back', async () => {
    const dir = path.join(folder, 'back')
    mkdirSync(dir)
    writeTree(await drawings('photos/ball', 'ball', 1, { from: 900 }), dir)
    const again = ['--token', 'the-same-token-as-before', '--port', String(await freePort())]
    const first = await startStudio(dir, again)
    const { page, close } = await openPage(first)
    await classCard(page, 'ball').waitFor()
    await first.stop('SIGKILL')
    await drop(page, '.class-card', await balls(1, 6))
    await page.getByText('Waiting for the server; nothing is lost.').waitFor()
    const second = await startStudio(dir, again)
    await page.getByText('6 photos added').waitFor()
    await classCard(page, 'ball').getByText('7 photos').waitFor()
    await close()
    await second.stop()
  })
})

describe('What brings photos without anybody’s files', () => {
  const folder = suiteFolder()
  let studio: RunningStudio
  beforeAll(async () => {
    const people = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const name = `Person_${String.fromCharCode(65 + i)}`
        return { name: `lfw/${name}/${name}_0001.jpg`, content: await drawing('ball', i, { format: 'jpeg' }) }
      }),
    )
    const lfw = path.join(folder, 'lfw.zip')
    writeFileSync(lfw, zip(people))
    studio = await startStudio(path.join(folder, 'work'), [], { CHIQUITO_LFW: lfw })
  })
  afterAll(() => studio.stop())

  const ended = async (kind: string, options: object) => {
    const { id } = await studio.post<Job>('/api/jobs', { kind, options })
    return until(
      async () => (await jobsOf(studio)).find(job => job.id === id),
      job => job !== undefined && !['running', 'waiting'].includes(job.state),
    )
  }

  it('draws strangers, leaves out who is named, and touches no class that has photos', async () => {
    const asked = { label: 'somebody else', people: 4, exclude: ['Person A', 'Person B'] }
    expect(await ended('lfw', asked)).toMatchObject({ state: 'done', result: { photos: 4 } })
    const names = readdirSync(path.join(folder, 'work/photos/somebody else'))
    expect(names.filter(name => /^Person_[C-H]_0001\.jpg$/.test(name))).toHaveLength(4)
    const again = await ended('lfw', asked)
    expect(again).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('is not empty') },
    })
    expect(readdirSync(path.join(folder, 'work/photos/somebody else'))).toEqual(names)
    // A class beside one that stood alone, and more of that one.
    for (const label of ['ball', 'somebody else']) {
      const body = await drawing('ball', label.length + 100)
      const target = `/api/upload?${new URLSearchParams({ label, name: 'more.png' })}`
      expect(await studio.json(target, { method: 'POST', body })).toMatchObject({
        outcome: 'added',
        path: `${label}/more.png`,
      })
    }
  })

  it('puts the demo data into no folder that has photos', async () => {
    expect(await ended('demo-data', {})).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('holds photos already') },
    })
    expect(await studio.json('/api/state')).toMatchObject({ photos: 6 })
  })

  it('refuses options that do not fit, in words', async () => {
    const cases: [string, object, RegExp][] = [
      ['collect', { words: 'x', label: '../up', limit: 5 }, /cannot be called/],
      ['collect', { words: 'x', label: 'x', limit: 0 }, /limit/],
      ['addresses', { label: 'x', addresses: [] }, /addresses/],
      ['archive', { archive: '../../etc/passwd', name: 'x' }, /archive/],
      ['lfw', { label: 'x', people: 3, archive: '/etc/passwd' }, /archive/],
    ]
    for (const [kind, options, message] of cases) {
      const response = await studio.fetch('/api/jobs', {
        method: 'POST',
        body: JSON.stringify({ kind, options }),
        headers: { 'content-type': 'application/json' },
      })
      expect(await response.text(), kind).toMatch(message)
      expect(response.status, kind).toBe(422)
    }
  })
})
