import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { undo } from '../../../src/actions/undo.js'
import type { Moment } from '../chiquito.js'
import { faultyPhotos } from '../faulty-photos.js'
import type { Ended, Victim } from './kill.js'
import { asJournalSays, astray, differences, type Tree, treeOf, unlikeJournal } from './trees.js'

type Run = (words: readonly string[]) => Promise<Ended>

const JOURNAL = 'journal.jsonl'

/** Photos of each class that are as they should be: some twenty certain faults, some sixty photos to even out. */
const COUNT = 24

/**
 * `doctor --fix`, `doctor --even-out` and `undo` of both, each on a copy of the same photos.
 *
 * @param folder - for them
 * @param run - the command line
 */
export async function putRightVictims(folder: string, run: Run): Promise<Victim[]> {
  const pristine = await faultyPhotos(join(folder, 'pristine'), { count: COUNT })
  const done = join(folder, 'done')
  cpSync(pristine, done, { recursive: true })
  for (const what of ['--fix', '--even-out']) {
    const { status, stderr } = await run(['doctor', done, what, '--quick'])
    if (status !== 0) throw new Error(stderr)
  }
  const [fix, evenOut, back] = ['fix', 'even-out', 'undo'].map(name => join(folder, name))
  return [
    new PutRight('doctor --fix', ['doctor', fix, '--fix', '--quick'], pristine, pristine, fix),
    new PutRight(
      'doctor --even-out',
      ['doctor', evenOut, '--even-out', '--quick'],
      pristine,
      pristine,
      evenOut,
    ),
    new PutRight('undo', ['undo', back, '--since', '1'], pristine, done, back),
  ]
}

class PutRight implements Victim {
  /** What was there before the journal's first line. */
  private readonly before: Tree
  /** What an unharmed run leaves, once there was one. */
  private after: Tree | undefined

  constructor(
    readonly name: string,
    readonly words: readonly string[],
    pristine: string,
    private readonly from: string,
    private readonly root: string,
  ) {
    this.before = treeOf(pristine)
  }

  prepare(): void {
    if (this.after === undefined && linesOf(this.root) > linesOf(this.from)) this.after = treeOf(this.root)
    rmSync(this.root, { recursive: true, force: true })
    cpSync(this.from, this.root, { recursive: true })
  }

  /** Lines that its journal grew by. */
  progress(): number {
    return linesOf(this.root) - linesOf(this.from)
  }

  momentOf(progress: number): Moment {
    const count = linesOf(this.from) + progress
    return { lines: { file: join(this.root, JOURNAL), like: '', count } }
  }

  inspect(): string[] {
    return [...astray(this.before, treeOf(this.root)), ...unlikeJournal(this.root, this.before)]
  }

  /** By turns the same command goes on, after which all can be taken back, and another takes back what was done. */
  async goOn(run: Run, turn: number): Promise<string[]> {
    const isSame = turn % 2 === 0
    const { status, stderr } = await run(isSame ? this.words : ['undo', this.root])
    if (status !== 0) return [stderr]
    const now = treeOf(this.root)
    const wrong = [
      ...differences(asJournalSays(this.root, this.before), now),
      ...differences((isSame ? this.after : undefined) ?? this.before, now),
    ]
    if (!isSame || this.words[0] === 'undo') return wrong
    const { left } = await undo({ data: this.root, since: '1' })
    return [
      ...wrong,
      ...left.map(({ reason }) => reason),
      ...differences(this.before, treeOf(this.root)).map(what => `taken back: ${what}`),
    ]
  }
}

function linesOf(root: string): number {
  const journal = join(root, JOURNAL)
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0
}
