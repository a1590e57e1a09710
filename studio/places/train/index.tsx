import { EmptyState } from '../../parts/empty-state.js'
import { useWords } from '../../words/index.js'

export default function Train() {
  const { train: words } = useWords()
  return <EmptyState title={words.title} hint={words.hint} />
}
