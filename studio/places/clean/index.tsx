import { EmptyState } from '../../parts/empty-state.js'
import { useWords } from '../../words/index.js'

export default function Clean() {
  const { clean: words } = useWords()
  return <EmptyState title={words.title} hint={words.hint} />
}
