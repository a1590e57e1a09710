import { findDividedClasses } from './divided-classes.js'
import { findDivision } from './division.js'
import type { FolderReader } from './folder-reader.js'
import { refuseOtherKinds, requireClassesNotParts } from './guards.js'
import { type Layout, type LayoutOptions, refuseLinkedParts, wholePart } from './part.js'
import { descend } from './wrappers.js'

/**
 * Where the photos lie: under folders that are parts (`train/`, `seg_train/seg_train/`), in classes that are divided in
 * themselves (`cat/train/`), or in class folders of one undivided whole.
 *
 * @throws `data` when the folders contradict each other, or a division is seen that cannot be told from classes; `io`
 */
export async function findLayout(reader: FolderReader, options: LayoutOptions): Promise<Layout> {
  const base = await descend(reader, '', undefined)
  refuseLinkedParts(base)
  const isQuestioned = options.folderNames === 'questioned'
  const division = await findDivision(reader, base, options)
  if (division !== undefined) {
    for (const part of isQuestioned ? division.parts : []) {
      await refuseOtherKinds(reader, part)
      await requireClassesNotParts(reader, part)
    }
    return division
  }
  const whole = wholePart(undefined, base)
  if (isQuestioned) await refuseOtherKinds(reader, whole)
  const divided = await findDividedClasses(reader, base, options)
  if (divided !== undefined) return divided
  if (isQuestioned) await requireClassesNotParts(reader, whole)
  return { parts: [whole], tableFolders: base.through }
}
