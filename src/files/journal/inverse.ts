import type { InnerFolder } from './inner-path.js'
import { ChangedByHand } from './perform.js'
import type { Act, RecordedAct } from './record.js'
import { editOf, inverseChanges, readText } from './text-edit.js'

/** The act that takes another back, and what of it a person's changes made impossible, a sentence each. */
export interface Inverse {
  readonly act: Act
  readonly lost: readonly string[]
}

/**
 * How an act is taken back.
 *
 * @param markOf - the mark that an act of this number set
 * @throws `ChangedByHand` where nothing is left to take back; `io`
 */
export async function inverseOf(
  folder: InnerFolder,
  { number, what }: RecordedAct,
  markOf: (number: number) => Act | undefined,
): Promise<Inverse> {
  switch (what.act) {
    case 'move':
      return whole({ ...what, from: what.to, to: what.from })
    case 'replace': {
      const { kept, from, to, sha256, after } = what
      return whole({ act: 'restore', from: kept, to: from, made: to, sha256, after })
    }
    case 'edit':
      return inverseEdit(folder, what)
    case 'mark':
      return whole({ act: 'unmark', of: number })
    case 'unmark': {
      const mark = markOf(what.of)
      if (mark === undefined) throw new ChangedByHand('The mark is no longer known.')
      return whole(mark)
    }
    case 'restore':
      throw new ChangedByHand('What was undone is not done again: give the command again.')
  }
}

function whole(act: Act): Inverse {
  return { act, lost: [] }
}

async function inverseEdit(
  folder: InnerFolder,
  { path, after, changes }: Extract<Act, { act: 'edit' }>,
): Promise<Inverse> {
  const file = await readText(await folder.at(path))
  if (file === undefined) throw new ChangedByHand(`"${path}" is no text any more.`)
  const { changes: inverse, lost } = inverseChanges(file, changes, after)
  if (inverse.length === 0) throw new ChangedByHand(`The lines in "${path}" were changed.`)
  return {
    act: editOf(path, file, inverse),
    lost: lost.map(
      ({ now }) => `"${path}" no longer has the line ${JSON.stringify(now.trim().slice(0, 80))}.`,
    ),
  }
}
