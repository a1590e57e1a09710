import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { sampleReport } from '../../test/support/report-sample.js'
import { evaluatePredictions } from '../evaluate/index.js'
import { figures } from './figures.js'
import type { ReportInput } from './input.js'
import { renderReport } from './page.js'

const HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror="alert(2)">', "it's `a` & <b>\u0007"]

const two = await sampleReport({ labels: ['chiquito', 'not'], perClass: 50, strength: 4.5 })
const hostile = await hostileReport()

async function hostileReport(): Promise<ReportInput> {
  const sample = await sampleReport({
    labels: HOSTILE,
    perClass: 12,
    strength: 2,
    path: (label, n) => `valid/${n} ${label} "'><script>alert(3)</script>.jpg`,
  })
  const evil = '<iframe src="https://example.org/"></iframe>\' onclick=\'x'
  return {
    ...sample,
    title: evil,
    made: evil,
    model: { ...sample.model, file: evil, recipe: evil, predict: evil, resize: evil, more: [[evil, evil]] },
    stages: sample.stages.map(stage => ({ ...stage, name: evil, note: evil })),
    choice: { method: evil, candidates: [{ name: evil, accuracy: 0.9, chosen: true, note: evil }] },
    data: {
      ...sample.data,
      root: evil,
      split: evil,
      parts: [evil, evil],
      hints: [evil],
      unreadable: [{ path: evil, reason: evil }],
      skipped: [{ path: evil, reason: evil }],
      copies: [[evil, evil]],
      leaks: [{ train: evil, valid: evil }],
    },
    repeat: { command: evil, seed: 1, fingerprint: evil, versions: { [evil]: evil }, machine: evil },
    timings: [{ name: evil, seconds: 1 }],
  }
}

async function pageOf(input: ReportInput) {
  const text = await renderReport(input)
  const { document } = parseHTML(text)
  const elements = [...document.querySelectorAll('*')].map(element => ({
    tag: String(element.localName),
    attributes: [...element.attributes].map(a => ({ name: String(a.name), value: String(a.value) })),
  }))
  return { text, document, elements }
}

describe.each([
  ['an ordinary run', two],
  ['hostile names everywhere', hostile],
])('the report of %s', (_, input) => {
  it('fetches nothing and runs nothing', async () => {
    const { text, document, elements } = await pageOf(input)
    const tags = new Set(elements.map(e => e.tag))
    for (const tag of ['script', 'iframe', 'object', 'embed', 'link', 'form'])
      expect(tags.has(tag), tag).toBe(false)
    for (const { tag, attributes } of elements)
      for (const { name, value } of attributes) {
        expect(name, `${tag} ${name}`).not.toMatch(/^on|^srcset$|^xlink/)
        if (name === 'src') expect(value).toMatch(/^data:image\/jpeg;base64,/)
        if (name === 'href') expect(value).toMatch(/^#\w+$/)
      }
    expect(text.slice(text.indexOf('<style>'), text.indexOf('</style>'))).not.toMatch(/url\(|@import/)
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')
    expect(policy.getAttribute('content')).toContain("default-src 'none'; img-src data:")
  })

  it('says what every picture and chart shows, and every link leads somewhere', async () => {
    const { document } = await pageOf(input)
    for (const image of document.querySelectorAll('img')) expect(image.getAttribute('alt')).not.toBe('')
    for (const svg of document.querySelectorAll('svg')) expect(svg.getAttribute('aria-label')).toBeTruthy()
    for (const link of document.querySelectorAll('a'))
      expect(document.querySelector(link.getAttribute('href'))).not.toBeNull()
    for (const table of document.querySelectorAll('table'))
      expect(table.querySelector('caption')).not.toBeNull()
  })
})

describe('renderReport', () => {
  it('is a page of sane size for a thousand classes: mistakes for the matrix, galleries of the worst', async () => {
    const labels = Array.from({ length: 1000 }, (_, k) => `class ${k}`)
    const input = await sampleReport({ labels, perClass: 2, strength: 3 })
    const page = await renderReport(input)
    expect(page.length).toBeLessThan(4e6)
    expect(page).toContain('Commonest mistakes')
    expect(page).toContain('Of 1000 classes the 20 with the worst mistakes are shown.')
    expect(page).not.toContain('<caption>Confusion matrix</caption>')
    expect(input.galleries).toHaveLength(2 * 20 + 3)
    expect(figures(input).map(({ name }) => name)).not.toContain('confusion.svg')
  })

  it('shows hostile labels as they are written', async () => {
    const { document } = await pageOf(hostile)
    const heads = [...document.querySelectorAll('.confusion tbody th')].map(th => th.textContent)
    expect(heads).toEqual([HOSTILE[0], HOSTILE[1], "it's `a` & <b>␇"])
  })

  it('says the verdict in words, names the leaks with both paths, and how to repeat the run', async () => {
    const { document } = await pageOf(two)
    const body: string = document.body.textContent
    const { right, withoutCopies } = two.evaluation
    expect(body).toContain(`${right} of 100`)
    expect(body).toContain('95 % interval')
    expect(body).toContain(`without them ${withoutCopies?.right} of ${withoutCopies?.count} right`)
    expect(body).toContain('valid/chiquito/1. chiquito.jpg is the same as train/chiquito/17. chiquito-de-la')
    expect(body).toContain('size alone tells the classes apart')
    expect(body).toContain(two.repeat.command)
    expect(body).toContain(two.model.predict)
    expect(document.querySelectorAll('.gallery')).toHaveLength(two.galleries.length)
    expect(document.querySelectorAll('.augmented img')).toHaveLength(7)
    expect(document.querySelector('tr.chosen').textContent).toContain('crop + squash')
  })

  it('shows why under mistakes and doubts, and says how to read that', async () => {
    const { document } = await pageOf(two)
    const shown = two.galleries.flatMap(({ photos }) => photos.filter(({ heat }) => heat !== undefined))
    expect(shown.length).toBeGreaterThan(4)
    const heats = [...document.querySelectorAll('.photo .heat')]
    expect(heats.map(img => img.getAttribute('alt'))).toEqual(
      shown.map(
        ({ predicted }) =>
          `what spoke for ${two.evaluation.labels[predicted]} (blue) and against it (orange)`,
      ),
    )
    expect(document.querySelector('#photos .lead').textContent).toContain('spoke for the answer is blue')
    const galleries = two.galleries.map(gallery => ({
      ...gallery,
      photos: gallery.photos.map(({ heat, ...photo }) => photo),
    }))
    const without = (await pageOf({ ...two, galleries })).document
    expect(without.querySelectorAll('.heat')).toHaveLength(0)
    expect(without.querySelector('#photos .lead').textContent).not.toContain('blue')
  })

  it('leaves out what there is not', async () => {
    const labels = ['a', 'b']
    const bare: ReportInput = {
      evaluation: evaluatePredictions({
        labels,
        truth: Array.from({ length: 80 }, (_, i) => i % 2),
        probabilities: Array.from({ length: 80 }, (_, i) => [1 - (i % 2), i % 2]),
      }),
      model: { ...two.model, more: undefined },
      stages: [{ name: 'head', seconds: 0.1, accuracy: 1, epochs: [] }],
      galleries: [
        { kind: 'mostRight', label: 0, photos: [] },
        { kind: 'mostWrong', label: 0, photos: [] },
      ],
      data: {
        ...two.data,
        classes: labels.map(label => ({ label, counts: [10, 1] })),
        copies: [],
        leaks: [],
        unreadable: [],
        skipped: [],
        hints: [],
      },
      repeat: two.repeat,
      timings: [],
    }
    const { document, text } = await pageOf(bare)
    expect(document.querySelector('.beware')).toBeNull()
    expect(document.body.textContent).toContain('None: every photo of a was recognised.')
    expect(document.body.textContent).toContain('Nothing odd was found')
    expect(document.body.textContent).not.toContain('learning rate')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(figures(bare).map(f => f.name)).toEqual(['confusion.svg'])
  })

  it('has no section and no link for what a finished model cannot tell', async () => {
    const judged = {
      ...two,
      stages: [],
      choice: undefined,
      rates: undefined,
      augmented: undefined,
      galleries: [],
    }
    const { document } = await pageOf(judged)
    const sections = [...document.querySelectorAll('section')].map(section => section.id)
    expect(sections).toEqual(['figures', 'data', 'model', 'repeat'])
    expect([...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))).toEqual(
      sections.map(id => `#${id}`),
    )
  })

  it('refuses a picture that is not one', async () => {
    const [gallery] = two.galleries
    const photos = gallery.photos.map(photo => ({ ...photo, picture: 'https://example.org/x.jpg' }))
    await expect(renderReport({ ...two, galleries: [{ ...gallery, photos }] })).rejects.toThrow(
      'must be image bytes',
    )
  })

  it('gives the figures as files', () => {
    expect(figures(two).map(f => f.name)).toEqual(['learning-curves.svg', 'rate-finder.svg', 'confusion.svg'])
    for (const { svg } of figures(two))
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
  })

  it('is the same page for the same input', async () => {
    expect(await renderReport(two)).toBe(await renderReport(two))
  })
})
