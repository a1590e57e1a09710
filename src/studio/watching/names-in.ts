import type { Changes } from '../changes.js'
import { FolderMarks } from './folder-marks.js'

/**
 * A text that changes when photos come, go or are told to have changed, and when tables or the journal do: all that a list of
 * their names and classes depends on. Of ten thousand photos it looks at their folders alone.
 */
export function namesIn({
  workspace,
  changes,
}: {
  readonly workspace: { readonly photos: string }
  readonly changes: Changes
}): () => Promise<string> {
  const marks = new FolderMarks(workspace.photos)
  return async () => {
    const version = changes.version('photos')
    const { journals, photos } = await marks.look()
    return `${version}\n${journals}\n${photos}`
  }
}
