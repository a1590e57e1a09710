import { toast } from '../../shell/toasts.js'
import { useWords } from '../../words/index.js'
import { type DroppedFile, filesOf } from './dropped.js'

/** Reads what was dropped or pasted and passes it on; what the browser could not read is said. */
export function useGiven() {
  const { gather: words } = useWords()
  return async (transfer: DataTransfer, take: (files: readonly DroppedFile[]) => void): Promise<void> => {
    const { files, lost } = await filesOf(transfer)
    if (lost.length > 0) toast(words.lost(lost.length, lost[0]), 'trouble')
    if (files.length > 0) take(files)
  }
}
