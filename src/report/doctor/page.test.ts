import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import { doctorPictures, doctorSample } from '../../../test/support/doctor-sample.js'
import { type DoctorPageInput, picturesWanted, renderDoctorPage } from './index.js'

const evil = `<script>alert(1)</script>"><img src=x onerror="alert(2)"> \u0007\u202e`

async function pageOf(input: DoctorPageInput) {
  const text = await renderDoctorPage(input, await doctorPictures(picturesWanted(input)))
  return { text, document: parseHTML(text).document }
}

const small = doctorSample({ photos: 400, labels: ['chiquito', 'not'], each: 5 })

describe("the doctor's page", () => {
  it('fetches nothing and runs nothing, whatever files, classes and messages are called', async () => {
    const hostile = doctorSample({
      photos: 300,
      labels: [evil, 'b'],
      each: 4,
      path: n => `train/${n}${evil}.jpg`,
      words: evil,
    })
    const { text, document } = await pageOf(hostile)
    for (const tag of ['script', 'iframe', 'object', 'embed', 'link', 'form'])
      expect(document.querySelectorAll(tag), tag).toHaveLength(0)
    for (const element of document.querySelectorAll('*'))
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^srcset$/)
        if (name === 'src') expect(value).toMatch(/^data:image\/jpeg;base64,/)
        if (name === 'href') expect(value).toMatch(/^#[\w-]+$/)
      }
    for (const sign of ['\u0007', '\u202e']) expect(text).not.toContain(sign)
    expect(
      document.querySelector('meta[http-equiv="Content-Security-Policy"]').getAttribute('content'),
    ).toContain("default-src 'none'; img-src data:")
  })

  it('has a section for each check that found something, and every link leads to one', async () => {
    const { document } = await pageOf({
      ...small,
      findings: small.findings.filter(({ check }) => check !== 'blurred'),
    })
    const links = [...document.querySelectorAll('a')].map(a => String(a.getAttribute('href')))
    for (const link of links) expect(document.querySelector(link), link).not.toBeNull()
    expect(document.querySelector('#near-copies')).not.toBeNull()
    expect(document.querySelector('#blurred')).toBeNull()
  })

  it('shows a pair side by side, what matters most first, and says what is certain', async () => {
    const { document } = await pageOf(small)
    const items = [...document.querySelectorAll('#near-copies .findings > li')]
    expect(items).toHaveLength(5)
    expect(items.map(item => /near-copies (\d)/.exec(item.textContent)?.[1])).toEqual([
      '4',
      '3',
      '2',
      '1',
      '0',
    ])
    expect(items.map(item => item.querySelectorAll('.badge').length)).toEqual([1, 0, 0, 0, 0])
    for (const item of items) expect(item.querySelectorAll('figure.seen')).toHaveLength(2)
  })

  it('counts what it does not show of a group, and shows findings without photos as words', async () => {
    const { document } = await pageOf(small)
    const group = document.querySelector('#alike .findings > li')
    expect(group.querySelectorAll('figure')).toHaveLength(6)
    expect(group.textContent).toContain('and 3 more photos')
    expect(document.querySelectorAll('#imbalance .findings > li.words')).toHaveLength(5)
  })

  it('names files short where their pictures have the path, and sets commands apart', async () => {
    const photos = [`train/a/${'n'.repeat(90)}.jpg`, 'valid/a/b.jpg']
    const finding = {
      check: 'near-copies',
      photos,
      certain: false,
      message: `${photos[0]} is ${photos[1]}.`,
      weight: 1,
    }
    const checks = small.checks.map(each => ({ ...each, advice: 'Try `doctor --fix`.' }))
    const { document } = await pageOf({ ...small, checks, findings: [finding] })
    expect(document.querySelector('#near-copies .says').textContent).toMatch(/^n{8,}…n+\.jpg is b\.jpg\.$/)
    expect(document.querySelector('#near-copies > p code').textContent).toBe('doctor --fix')
  })

  it('tells shortcuts once, in a section of their own', async () => {
    const check = { ...small.checks[0], name: 'shortcuts' }
    const finding = { check: 'shortcuts', photos: [], certain: false, message: 'Size alone.', weight: 1 }
    const { document } = await pageOf({ ...small, checks: [check], findings: [finding] })
    expect(document.querySelectorAll('#shortcuts')).toHaveLength(1)
    expect(document.querySelectorAll('#shortcuts table')).toHaveLength(1)
    // In words, and marked where they are told; of two classes no column says which.
    const [first, second] = document.querySelectorAll('#shortcuts tbody tr')
    expect([first.className, second.className]).toEqual(['warned', 'warned'])
    expect(first.textContent).toMatch(/^Size/)
    const two = await pageOf({ ...small, classes: small.classes.slice(0, 2) })
    expect(two.document.querySelector('#shortcuts thead').textContent).not.toContain('Class')
  })

  it('says that a photo cannot be shown', async () => {
    const { document } = await pageOf(small)
    expect(document.querySelectorAll('.missing').length).toBeGreaterThan(0)
  })

  it('warns of shortcuts first, and shows typical photos beside odd ones', async () => {
    const { document } = await pageOf(small)
    expect(document.querySelector('.beware').textContent).toContain('Size alone tells the classes apart')
    const [typical, odd] = document.querySelectorAll('#classes .sides .side')
    expect(typical.querySelectorAll('figure')).toHaveLength(6)
    expect(odd.querySelectorAll('figure')).toHaveLength(6)
    expect(document.querySelector('#classes').textContent).toContain('None.')
  })

  it('says so where nothing was found', async () => {
    const { document } = await pageOf({
      ...small,
      findings: [],
      shortcuts: [],
      shortcutWords: [],
      classes: [],
    })
    expect(document.querySelector('header').textContent).toContain('Nothing was found by 4 checks')
    expect(document.querySelectorAll('section')).toHaveLength(0)
  })

  it('stays small however much there is: pictures are limited, every check has its share, the rest is counted', async () => {
    const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`)
    const input = doctorSample({ photos: 100_000, labels, each: 20_000 })
    const wanted = picturesWanted(input)
    expect(wanted.length).toBeLessThanOrEqual(420)
    const { text, document } = await pageOf(input)
    expect(document.querySelectorAll('img, .missing').length).toBeLessThanOrEqual(420)
    for (const check of ['near-copies', 'alike', 'blurred', 'imbalance'])
      expect(document.querySelectorAll(`#${check} .findings > li`).length, check).toBeGreaterThan(10)
    expect(document.querySelector('#near-copies h2').textContent).toContain('20000')
    expect(document.querySelector('#near-copies details').textContent).toContain('which --json lists')
    // Without pictures: those are limited in number and size.
    expect(text.replace(/data:image[^"]*/g, '').length).toBeLessThan(1_000_000)
  })
})
