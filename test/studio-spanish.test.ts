// The page of `chiquito studio` in Spanish: what the program says in English is said in Spanish, or marked as English.
import path from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowser, unless } from './support/browser.js'
import { suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { closeBrowserAfter, openPage, type RunningStudio, startStudio, toasted } from './support/studio.js'

/** Words of English that no Spanish sentence has, in what the page shows without saying that it is English. */
async function english(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent.trim()
      if (node.parentElement.closest('script, style, [lang=en]') === null
        && /\\b(the|is|are|of|and|with|which|cannot|there|photos?|its)\\b/i.test(text)) found.push(text)
    }
    return found
  })()`)
}

describe.skipIf(noBrowser)(unless(noBrowser, 'the page in Spanish'), () => {
  const folder = suiteFolder()
  let studio: RunningStudio
  closeBrowserAfter()
  beforeAll(async () => {
    const night = await sharp({ create: { width: 160, height: 160, channels: 3, background: '#101010' } })
      .composite([
        {
          input: await sharp(await drawing('ball', 9))
            .resize(80, 80)
            .linear(0.2)
            .png()
            .toBuffer(),
        },
      ])
      .png()
      .toBuffer()
    const copy = await drawing('ball', 1)
    const dir = writeTree(
      {
        ...(await drawings('ball', 'ball', 6)),
        ...(await drawings('wave', 'wave', 6)),
        'ball/copia.png': copy,
        'wave/copia.png': copy,
        'wave/noche.png': night,
        'wave/rota.png': Buffer.from('nada'),
      },
      path.join(folder, 'datos'),
    )
    studio = await startStudio(dir, [], { CHIQUITO_CACHE: path.join(folder, 'cache') })
  })
  afterAll(() => studio.stop())

  it('says in Spanish what the doctor found, and what was done', async () => {
    const { page, complaints, close } = await openPage(studio, { hash: '#/clean', language: 'es' })
    await page.getByRole('button', { name: 'Buscar problemas' }).click()
    await page.getByRole('link', { name: /^Ilegibles/ }).click()
    await page.getByText('No es una foto, diga lo que diga su nombre.').waitFor()
    expect(await english(page)).toEqual([])
    // Of whole classes, whose finding has no photo.
    await page.getByRole('link', { name: /^Pocas fotos/ }).click()
    await page.getByText(/^La clase «ball» tiene \d fotos para aprender/).waitFor()
    expect(await page.locator('.finding').getByRole('button').count()).toBe(0)
    expect(await english(page)).toEqual([])
    await page.getByRole('link', { name: /^Copias exactas/ }).click()
    await page
      .getByText(/Son \d veces el mismo fichero en las clases ball, wave|Son el mismo fichero/)
      .first()
      .waitFor()
    expect(await english(page)).toEqual([])
    await page
      .getByRole('button', { name: /^Apartar esta/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Deshacer: apartar' }).click()
    await toasted(page, 'Deshecho: apartar')
    expect(await english(page)).toEqual([])
    // A file that is no photo has no thumbnail.
    expect(complaints.filter(one => !/422.*thumb/.test(one))).toEqual([])
    await close()
  })

  it('says in Spanish what went wrong', async () => {
    const { page, close } = await openPage(studio, { hash: '#/gather', language: 'es' })
    await page.getByLabel('Nombre de la clase').fill('a/b')
    await page.getByRole('button', { name: 'Crear' }).click()
    const alert = page.getByRole('alert')
    await alert.getByText(/^Una clase no se puede llamar «a\/b»: una carpeta no puede tener/).waitFor()
    expect(await alert.locator('[lang=en]').count()).toBe(0)
    const chosen = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Añadir fotos a ball' }).click()
    await (await chosen).setFiles([{ name: 'x.png', buffer: Buffer.from('nada'), mimeType: 'image/png' }])
    await page.locator('.upload-bar').getByText('No es una foto.').waitFor()
    expect(await english(page)).toEqual([])
    await page.getByRole('button', { name: /^Buscar por palabras/ }).click()
    await page.getByText('Las condiciones de Microsoft').waitFor()
    expect(await english(page)).toEqual([])
    await close()
  })
})
