import { describe, expect, it } from 'vitest'
import { fakeSystem } from '../../test/support/fake-system.js'
import { showProgress } from './progress.js'
import { duration } from './progress-lines.js'

function view(options: { terminal?: boolean; quiet?: boolean } = {}) {
  const system = fakeSystem({ terminal: options.terminal ?? false })
  const clock = { now: 0 }
  const shown = showProgress(system, options.quiet ?? false, () => clock.now)
  return {
    ...shown,
    clock,
    text: () => system.stderr.text(),
    lines: () => system.stderr.text().trimEnd().split('\n'),
  }
}

describe('progress where there is no terminal', () => {
  it('says start, about every tenth, and end', () => {
    const { progress, clock, lines } = view()
    progress({ kind: 'start', task: 'Reading photos', total: 1000 })
    for (let done = 1; done <= 1000; done++) {
      clock.now += 30
      progress({ kind: 'advance', task: 'Reading photos', done, total: 1000 })
    }
    progress({ kind: 'end', task: 'Reading photos', note: '1000 read' })
    expect(lines().at(0)).toBe('Reading photos … (1000)')
    expect(lines().at(1)).toBe('Reading photos: 100 of 1000 (10 %)')
    expect(lines().at(-1)).toBe('Reading photos: 1000 read (30 s)')
    expect(lines()).toHaveLength(11)
  })

  it('counts whole pieces, and tells those in hand by the share', () => {
    const { progress, clock, lines } = view()
    progress({ kind: 'start', task: 'Comparing', total: 3 })
    clock.now += 3000
    progress({ kind: 'advance', task: 'Comparing', done: 11 / 9, total: 3 })
    expect(lines()).toEqual(['Comparing … (3)', 'Comparing: 1 of 3 (41 %)'])
    const bar = view({ terminal: true })
    bar.progress({ kind: 'advance', task: 'Comparing', done: 11 / 9, total: 3 })
    expect(bar.text()).toContain(' 1/3')
    bar.close()
  })

  it('counts bytes in millions', () => {
    const { progress, clock, lines } = view()
    progress({ kind: 'start', task: 'Downloading' })
    clock.now += 3000
    progress({ kind: 'advance', task: 'Downloading', done: 43_650_000, total: 87_300_000, unit: 'bytes' })
    expect(lines()).toEqual(['Downloading …', 'Downloading: 43.6 of 87.3 MB (50 %)'])
    const bar = view({ terminal: true })
    bar.progress({ kind: 'advance', task: 'Downloading', done: 4_300_000, total: 87_300_000, unit: 'bytes' })
    expect(bar.text()).toContain('   4.3/87.3 MB')
    bar.close()
  })

  it('says no more than start and end of what is soon done', () => {
    const { progress, clock, lines } = view()
    for (const task of ['One', 'Two']) {
      progress({ kind: 'start', task })
      for (let done = 1; done <= 100; done++) progress({ kind: 'advance', task, done, total: 100 })
      clock.now += 250
      progress({ kind: 'end', task })
    }
    expect(lines()).toEqual(['One …', 'One: done (0.3 s)', 'Two …', 'Two: done (0.3 s)'])
  })

  it('holds out when events come in a poor order', () => {
    const { progress, lines } = view()
    progress({ kind: 'advance', task: 'A', done: 0, total: 0 })
    progress({ kind: 'end', task: 'B' })
    expect(lines()).toEqual(['A …', 'B …', 'B: done (0.0 s)'])
  })
})

describe('progress on a terminal', () => {
  const hidden = '\x1b[?25l'
  const shown = '\x1b[?25h'

  it('shows a bar, then a line for what ended, and gives the terminal back', () => {
    const { progress, close, clock, text } = view({ terminal: true })
    progress({ kind: 'start', task: 'Training', total: 4 })
    expect(text()).toContain(`${'Training'.padEnd(32)}  ${'░'.repeat(16)}  0/4`)
    clock.now = 4000
    progress({ kind: 'advance', task: 'Training', done: 2, total: 4, note: 'loss 0.3' })
    progress({ kind: 'notice', message: 'A notice.' })
    expect(text()).toContain('████████░░░░░░░░  2/4  4.0 s left  loss 0.3')
    expect(text()).toContain('A notice.\n')
    progress({ kind: 'end', task: 'Training', note: 'accuracy 0.96' })
    expect(text()).toContain(`✓ ${'Training'.padEnd(32)}  accuracy 0.96 (4.0 s)\n`)
    close()
    close()
    expect(text().split(hidden).length).toBe(text().split(shown).length)
    expect(text().lastIndexOf(shown)).toBeGreaterThan(text().lastIndexOf(hidden))
  })

  it('leaves out bar and time where what there is to say needs the room', () => {
    const { progress, close, clock, text } = view({ terminal: true })
    const note = '71.5/s; openverse 25, commons 5; refused 9 (gone)'
    progress({ kind: 'start', task: 'Collecting photos', total: 800 })
    clock.now += 3000
    progress({ kind: 'advance', task: 'Collecting photos', done: 30, total: 800, note })
    progress({ kind: 'notice', message: 'A notice.' })
    expect(text()).toContain(`  Collecting photos   30/800  ${note}`)
    close()
  })

  it('gives the terminal back when the work breaks off', () => {
    const { progress, close, text } = view({ terminal: true })
    progress({ kind: 'start', task: 'Endless' })
    close()
    expect(text().lastIndexOf(shown)).toBeGreaterThan(text().lastIndexOf(hidden))
    expect(text()).toMatch(/Endless {27}…/)
  })

  it('goes back to the outer task when an inner one ends', () => {
    const { progress, close, text } = view({ terminal: true })
    progress({ kind: 'start', task: 'Outer', total: 2 })
    progress({ kind: 'start', task: 'Inner', total: 2 })
    progress({ kind: 'end', task: 'Inner' })
    close()
    expect(text().slice(text().indexOf('✓ Inner'))).toContain('Outer')
  })
})

describe.each([true, false])('progress, terminal %s', terminal => {
  it('is silent but for notices when asked', () => {
    const { progress, close, text } = view({ terminal, quiet: true })
    progress({ kind: 'start', task: 'Work', total: 10 })
    progress({ kind: 'notice', message: 'Two photos cannot be read.' })
    progress({ kind: 'notice', message: 'Work: epoch 1', isRoutine: true })
    progress({ kind: 'end', task: 'Work' })
    close()
    expect(text()).toBe('Two photos cannot be read.\n')
  })

  it('lets no file name control the terminal', () => {
    const { progress, close, text } = view({ terminal })
    progress({ kind: 'start', task: 'a\x1b]0;owned\x07', total: 1 })
    progress({ kind: 'notice', message: 'b\x1b[2Jc' })
    progress({ kind: 'end', task: 'a\x1b]0;owned\x07', note: 'd\x1b[8me' })
    close()
    for (const code of ['\x1b]0', '\x1b[2J', '\x1b[8m', '\x07']) expect(text()).not.toContain(code)
  })
})

it('tells durations as people do', () => {
  expect([0.04, 9.94, 9.96, 59.4, 59.6, 200, 3599.7, 7500].map(duration)).toEqual([
    '0.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 0 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
  ])
})

describe('an estimate of the whole', () => {
  const estimate = {
    kind: 'estimate',
    seconds: 26,
    perhaps: { seconds: 61, when: 'fine-tuning pays' },
  } as const

  it('is said as soon as it is there, and then with the lines that tell of tasks', () => {
    const { progress, clock, lines } = view()
    progress({ kind: 'start', task: 'Training', total: 4 })
    progress(estimate)
    progress({ ...estimate, seconds: 24 })
    clock.now = 3000
    progress({ kind: 'advance', task: 'Training', done: 1, total: 4 })
    progress({ kind: 'start', task: 'Writing' })
    progress({ kind: 'end', task: 'Writing' })
    clock.now = 6000
    progress({ kind: 'start', task: 'Measuring', total: 9 })
    expect(lines()).toEqual([
      'Training … (4)',
      'About 25 s to go, 1 min if fine-tuning pays.',
      'Training: 1 of 4 (25 %), about 25 s to go, 1 min if fine-tuning pays',
      'Writing …',
      'Writing: done (0.0 s)',
      'Measuring … (9), about 20 s to go, 55 s if fine-tuning pays',
    ])
  })

  it('counts down, and does not go up and down with what differs little', () => {
    const { progress, clock, lines } = view()
    const alone = { kind: 'estimate', perhaps: undefined } as const
    for (const [now, seconds] of [
      [0, 27],
      [3000, 28],
      [6000, 18],
      [9000, 21],
      [12_000, 60],
    ] as const) {
      clock.now = now
      progress({ ...alone, seconds })
      progress({ kind: 'start', task: 'T' })
    }
    expect(lines()).toEqual([
      'About 25 s to go.',
      'T …',
      'T …, about 25 s to go',
      'T …, about 20 s to go',
      'T …, about 20 s to go',
      'T …, about 1 min to go',
    ])
  })

  it('tells one end where both are near, in few letters where they are far, and nothing once all is done', () => {
    const { progress, close, text } = view({ terminal: true })
    const shown = (seconds: number, most: number) => {
      const before = text().length
      progress({ kind: 'estimate', seconds, perhaps: { seconds: most, when: 'it pays' } })
      progress({ kind: 'start', task: 'Training', total: 400 })
      progress({ kind: 'notice', message: 'A notice.' })
      return text().slice(before)
    }
    expect(shown(80, 90)).toContain('  0/400  about 1 min 30 s to go')
    expect(shown(9, 10)).toContain('  0/400  about 10 s to go')
    expect(shown(24, 100)).toContain('  0/400  25 s to 1.5 min to go')
    expect(shown(70, 155)).toContain('  0/400  1 to 2.5 min to go')
    // The bar is narrow since there was no room for a wide one.
    expect(shown(24, 26)).toContain(` ${'░'.repeat(8)}    0/400  about 25 s to go`)
    progress({ kind: 'estimate', seconds: 0 })
    progress({ kind: 'notice', message: 'Another.' })
    expect(text().slice(text().lastIndexOf('Another.'))).not.toContain('to go')
    close()
  })

  it('takes the place of what the task alone takes, counts down, and is short where there is little room', () => {
    const { progress, close, clock, text } = view({ terminal: true })
    progress({ kind: 'start', task: 'Training', total: 4 })
    progress({ ...estimate, seconds: 600, perhaps: undefined })
    clock.now = 4000
    progress({ kind: 'advance', task: 'Training', done: 2, total: 4 })
    progress({ kind: 'notice', message: 'A notice.' })
    expect(text()).toContain('████████░░░░░░░░  2/4  about 10 min to go')
    progress({ ...estimate, seconds: 27, perhaps: { seconds: 44, when: 'fine-tuning pays' } })
    clock.now = 8000
    progress({ kind: 'notice', message: 'Another.' })
    expect(text()).toContain('████████░░░░░░░░  2/4  25 to 40 s to go')
    expect(text()).not.toContain('left')
    close()
  })
})
