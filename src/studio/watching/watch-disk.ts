import type { Changes } from '../changes.js'
import type { Workspace } from '../workspace.js'
import { FolderMarks, type Marks } from './folder-marks.js'
import { Pace } from './pace.js'
import { runMarks } from './run-marks.js'

/** Between two looks: what is done in a terminal shows in open pages as soon. */
const LOOK_MS = 500

/** A look that takes long (a disk of the network) leaves so many times its own time to others. */
const REST = 10

/** Pages ask for the whole list again: what is done photo by photo is told of together, and files that come one by one, too. */
const ACTS_MS = 1000
const FILES_MS = 2000

interface Seen extends Marks {
  readonly runs: string
}

/**
 * Tells open pages what others do to the photos and runs: a command in a terminal, another program, a hand. By looking, as what systems
 * tell by themselves of many folders is not to be relied on, least of all over a network.
 *
 * @param signal - ends it
 */
export function watchDisk(workspace: Workspace, changes: Changes, signal: AbortSignal): void {
  const watch = new DiskWatch(workspace, changes)
  let timer: NodeJS.Timeout | undefined
  const lookOn = async () => {
    const began = performance.now()
    if (changes.hasPages) await watch.look()
    const rest = Math.max(LOOK_MS, REST * (performance.now() - began))
    if (!signal.aborted) timer = setTimeout(() => void lookOn(), rest)
  }
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  void watch.look().then(lookOn)
}

class DiskWatch {
  private readonly photos: FolderMarks
  private seen: Seen | undefined
  private turn: Promise<unknown> = Promise.resolve()
  /** What the last look saw, told or not. */
  private looked: Marks | undefined
  private readonly pace = new Pace()
  private isTelling = false

  constructor(
    private readonly workspace: Workspace,
    private readonly changes: Changes,
  ) {
    this.photos = new FolderMarks(workspace.photos)
    changes.listen(({ event, data }) => {
      if (event === 'change' && data.topic === 'photos' && !this.isTelling) this.wasTold()
    })
  }

  /** Looks, and tells what changed since the last look. */
  look(): Promise<void> {
    return this.inTurn(async () => {
      const now = await this.marks()
      if (this.seen !== undefined) this.compare(this.seen, now)
      else this.seen = now
    })
  }

  private compare(before: Seen, now: Seen): void {
    if (now.runs !== before.runs) this.changes.tell('runs')
    const isJournal = now.journals !== before.journals
    const isPhotos = isJournal || now.photos !== before.photos
    const isMoving = now.journals !== this.looked?.journals || now.photos !== this.looked.photos
    this.looked = now
    const isDue = this.pace.isDue(performance.now(), isJournal ? ACTS_MS : FILES_MS, isMoving)
    // What is not told yet differs at the next look, too.
    this.seen = isPhotos && !isDue ? { ...before, runs: now.runs } : now
    if (!isPhotos || !isDue) return
    this.pace.told(performance.now())
    this.isTelling = true
    for (const topic of ['photos', 'findings'] as const) this.changes.tell(topic)
    this.isTelling = false
  }

  /** This server did something and said so: pages ask after this moment, so all that is there now is no news. */
  private wasTold(): void {
    this.pace.toldOfOwn(performance.now())
    void this.inTurn(async () => {
      const { runs, ...now } = await this.marks()
      if (this.seen !== undefined) this.seen = { ...now, runs: this.seen.runs }
    })
  }

  private async marks(): Promise<Seen> {
    const { photos, workspace } = this
    const [marks, runs] = await Promise.all([photos.look(), runMarks(workspace)])
    return { ...marks, runs }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.turn.then(work).catch(() => undefined)
    this.turn = turn
    return turn
  }
}
