import { findDividedClasses } from './divided-classes.js'
import { findDivision } from './division.js'
import type { FolderReader } from './folder-reader.js'
import { refusePacked, refusePartsBelow, requireClassesNotParts } from './guards.js'
import { type Layout, type LayoutOptions, refuseLinkedParts, wholePart } from './part.js'
import { descend } from './wrappers.js'

/**
 * Where the photos lie: under folders that are parts (`train/`, `seg_train/seg_train/`), in classes that are divided in
 * themselves (`cat/train/`), or in class folders of one undivided whole.
 *
 * @throws `data` when the folders contradict each other, or a division is seen that cannot be told from classes; `io`
 */
export async function findLayout(reader: FolderReader, options: LayoutOptions): Promise<Layout> {
  const base = await descend(reader, '', undefined, options.folderNames === 'settled')
  refuseLinkedParts(base)
  const isQuestioned = options.folderNames === 'questioned'
  const division = await findDivision(reader, base, options)
  if (division !== undefined) {
    if (isQuestioned) await question(reader, division)
    return noted(division, options)
  }
  const divided = await findDividedClasses(reader, base, options)
  if (divided !== undefined) {
    if (isQuestioned) await question(reader, divided)
    return noted(divided, options)
  }
  const whole = wholePart(undefined, base)
  if (isQuestioned) await refusePacked(reader, whole)
  if (isQuestioned) await question(reader, { parts: [whole] })
  return noted({ parts: [whole], tableFolders: base.through, asides: base.asides }, options)
}

/** Stops where what was taken for classes may be something else. @throws `data`, `io` */
async function question(reader: FolderReader, { parts }: Pick<Layout, 'parts'>): Promise<void> {
  for (const part of parts) {
    await requireClassesNotParts(reader, part)
    await refusePartsBelow(reader, part)
  }
}

/** Counts the folders that might have been taken for classes. */
function noted(layout: Layout, { oddities }: LayoutOptions): Layout {
  const asides = new Set(layout.asides)
  for (const path of asides) oddities.add('aside', path)
  for (const { homes, bare } of layout.parts)
    if (homes.length > 0) for (const path of bare) if (!asides.has(path)) oddities.add('bare', path)
  return layout
}
