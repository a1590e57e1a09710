import { useState } from 'react'
import { Button, FileTrigger } from 'react-aria-components'
import { useStartJob } from '../../api/queries.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'
import { type DroppedFile, filesIn } from './dropped.js'
import { SearchDialog } from './search-dialog.js'

/** An empty folder: the ways to begin, and the demo data for who has no photos at hand. */
export function FirstPhotos({ take }: { readonly take: (files: readonly DroppedFile[]) => void }) {
  const { gather: words } = useWords()
  const start = useStartJob()
  const [isSearching, setSearching] = useState(false)
  const choose = (list: FileList | null) => list && take(filesIn([...list]))
  return (
    <section className="first">
      <h1>{words.first.title}</h1>
      <p className="lead">{words.first.hint}</p>
      <div className="first-ways">
        <FileTrigger allowsMultiple onSelect={choose}>
          <Button className="button large">
            <Icon name="photo" /> {words.first.choose}
          </Button>
        </FileTrigger>
        <FileTrigger acceptDirectory onSelect={choose}>
          <Button className="button large">
            <Icon name="folder" /> {words.first.chooseFolder}
          </Button>
        </FileTrigger>
        <Button className="button large" onPress={() => setSearching(true)}>
          <Icon name="search" /> {words.first.search}
        </Button>
      </div>
      <p className="muted">{words.first.drop}</p>
      <div className="first-demo card">
        <p>{words.first.demoHint}</p>
        <Button
          className="button primary large"
          isDisabled={start.isPending}
          onPress={() => start.mutate({ kind: 'demo-data', options: {} })}
        >
          <Icon name="gift" /> {words.first.demo}
        </Button>
        {start.error && <ErrorNote error={start.error} />}
      </div>
      {isSearching && <SearchDialog labels={[]} close={() => setSearching(false)} />}
    </section>
  )
}
