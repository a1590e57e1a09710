// What is done in a terminal, or by hand, while pages of `chiquito studio` are open.
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../src/studio/api/jobs.js'
import { noBrowser, unless } from './support/browser.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio } from './support/studio.js'

/** The labels that the tiles show, in order. */
const labels = (page: Page) => page.locator('.tile-label').allTextContents()
const classes = (balls: number, waves: number) => [...Array(balls).fill('ball'), ...Array(waves).fill('wave')]

describe.skipIf(noBrowser)(unless(noBrowser, 'a terminal beside the studio'), () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'photos')
  const env = { CHIQUITO_CACHE: path.join(folder, 'cache') }
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    writeTree({ ...(await drawings('ball', 'ball', 4)), ...(await drawings('wave', 'wave', 4)) }, dir)
    studio = await startStudio(dir, [], env)
  })
  afterAll(() => studio.stop())

  const command = async (...words: string[]) => {
    const told = await chiquito(words, { env })
    expect(told.status, told.stderr).toBe(0)
  }

  it('shows in every tab what a command took back, set aside or brought back, without being asked', async () => {
    const [one, two] = [
      await openPage(studio, { hash: '#/clean' }),
      await openPage(studio, { hash: '#/gather', language: 'es' }),
    ]
    const tabs = async (balls: number, waves: number) => {
      await expect.poll(() => labels(one.page)).toEqual(classes(balls, waves))
      const card = two.page.locator('[data-class=wave]')
      await card.getByText(waves === 1 ? '1 foto' : `${waves} fotos`, { exact: true }).waitFor()
    }
    await tabs(4, 4)
    await one.page.locator('[role=gridcell]').first().focus()
    await one.page.keyboard.press('2')
    await tabs(3, 5)
    await command('undo', dir)
    await tabs(4, 4)
    // The buttons know it, too.
    await one.page.getByRole('button', { name: 'Redo: change of class' }).click()
    await tabs(3, 5)
    await two.page.getByRole('button', { name: /^Deshacer: / }).click()
    await tabs(4, 4)
    copyFileSync(path.join(dir, 'ball/1.png'), path.join(dir, 'ball/copied by hand.png'))
    await tabs(5, 4)
    await command('doctor', dir, '--quick', '--fix')
    await tabs(4, 4)
    await one.page.getByRole('link', { name: 'Set aside 1' }).waitFor()
    await command('undo', dir)
    await tabs(5, 4)
    expect([...one.complaints, ...two.complaints]).toEqual([])
    await one.close()
    await two.close()
  })

  it('shows at once to a page that is opened later what was done while nobody looked', async () => {
    const first = await openPage(studio, { hash: '#/clean' })
    await expect.poll(() => labels(first.page)).toEqual(classes(5, 4))
    await first.close()
    writeFileSync(path.join(dir, 'wave/5.png'), await drawing('wave', 50))
    const later = await openPage(studio, { hash: '#/clean' })
    await expect.poll(() => labels(later.page)).toEqual(classes(5, 5))
    await later.close()
  })

  describe('and a training', () => {
    const work = path.join(folder, 'work')
    const at = (...names: string[]) => path.join(work, ...names)
    let other: RunningStudio
    beforeAll(async () => {
      writeTree(
        { ...(await drawings('ball', 'ball', 12)), ...(await drawings('wave', 'wave', 12)) },
        at('photos'),
      )
      other = await startStudio(work, [], env)
    })
    afterAll(() => other.stop())

    /** Begins a training in a terminal that stands still as soon as its folder is there. */
    async function begun(data: string, name: string): Promise<ChildProcess> {
      const settings = ['--size', '96', '--fine-tune', 'never']
      const started = new Promise<ChildProcess>(resolve => {
        const moments = [{ at: { named: 'split.json' }, until: at('for ever') }]
        const words = ['train', data, '--out', at('runs', name), ...settings]
        void chiquito(words, { env, moments, started: resolve })
      })
      const child = await started
      await expect.poll(() => existsSync(at('runs', name, 'split.json'))).toBe(true)
      return child
    }
    const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

    it('that was begun there is seen, and gone on with here once it was cut off', async () => {
      const { page, complaints, close } = await openPage(other, { hash: '#/train' })
      await page.getByRole('heading', { name: 'Train a model' }).waitFor()
      const child = await begun(at('photos'), 'mine')
      await card(page, 'mine').getByText('Another program is at work on it').waitFor()
      expect(await page.getByRole('button', { name: 'Go on' }).count()).toBe(0)
      const refused = await other.fetch('/api/runs/mine/discard', { method: 'POST' })
      expect(await refused.text()).toMatch(/is using the run folder/)
      child.kill('SIGKILL')
      await card(page, 'mine').getByRole('button', { name: 'Go on' }).click()
      await page.locator('.run', { hasText: 'mine' }).getByText('learnt from').waitFor()
      await card(page, 'mine').waitFor({ state: 'detached' })
      expect(JSON.parse(readFileSync(at('runs/mine/run.json'), 'utf8')).state).toBe('finished')
      expect(complaints).toEqual([])
      await close()
    })

    it('on other photos is told the command that goes on with it, and can be discarded', async () => {
      const elsewhere = writeTree(
        { ...(await drawings('ball', 'ball', 8)), ...(await drawings('wave', 'wave', 8)) },
        path.join(folder, 'other photos'),
      )
      const child = await begun(elsewhere, 'strange')
      child.kill('SIGKILL')
      const { page, close } = await openPage(other, { hash: '#/train' })
      const words = `train '${elsewhere}' --out '?${at('runs/strange')}'? --resume`
      await card(page, 'strange').getByText(new RegExp(words)).waitFor()
      const asked = { kind: 'train', options: { name: 'strange', resume: true } }
      const refused = await other.fetch('/api/jobs', {
        method: 'POST',
        body: JSON.stringify(asked),
        headers: { 'content-type': 'application/json' },
      })
      expect(await refused.text()).toContain('learns from other photos')
      await page.getByRole('button', { name: 'Discard strange' }).click()
      await page.getByRole('button', { name: 'Keep it' }).click()
      await page.getByRole('button', { name: 'Discard strange' }).click()
      await page.getByRole('button', { name: 'Throw it away' }).click()
      await card(page, 'strange').waitFor({ state: 'detached' })
      expect(existsSync(at('runs/strange'))).toBe(false)
      await close()
    })

    it('whose run is deleted by hand is none any more', async () => {
      const { page, complaints, close } = await openPage(other, { hash: '#/train' })
      await page.getByRole('button', { name: 'Train another' }).waitFor()
      renameSync(at('runs/mine'), path.join(folder, 'mine'))
      await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
      renameSync(path.join(folder, 'mine'), at('runs/mine'))
      await page.getByRole('button', { name: 'Train another' }).waitFor()
      expect(complaints).toEqual([])
      await close()
    })

    it('that was paused can be discarded, in every tab and for good', async () => {
      const [one, two] = [
        await openPage(other, { hash: '#/train' }),
        await openPage(other, { hash: '#/train' }),
      ]
      const options = { name: 'long', fineTune: 'always', epochs: 500, size: 96 }
      const { id } = await other.post<Job>('/api/jobs', { kind: 'train', options })
      await expect.poll(() => existsSync(at('runs/long/run.json'))).toBe(true)
      const early = await other.fetch(`/api/jobs/${id}/discard`, { method: 'POST' })
      expect(await early.text()).toContain('Stop it before')
      await card(one.page, 'long').getByRole('button', { name: 'Pause' }).click()
      await one.page.getByRole('button', { name: 'Discard long' }).click()
      await one.page.getByRole('button', { name: 'Throw it away' }).click()
      for (const { page } of [one, two]) await card(page, 'long').waitFor({ state: 'detached' })
      expect([existsSync(at('runs/long')), existsSync(at('.chiquito/jobs', id))]).toEqual([false, false])
      expect(existsSync(at('runs/mine/model.onnx'))).toBe(true)
      expect([...one.complaints, ...two.complaints]).toEqual([])
      await one.close()
      await two.close()
    })
  })
})
