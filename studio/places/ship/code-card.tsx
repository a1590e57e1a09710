import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { ModelAnswer } from '../../../src/studio/api/ship.js'
import { Copied } from '../../parts/copied.js'
import { useWords } from '../../words/index.js'
import { snippet, snippetKinds, snippetSetup } from './snippets.js'

/** The lines that use the model elsewhere, and the command that serves it. */
export function CodeCard({ model }: { readonly model: ModelAnswer }) {
  const { ship: words } = useWords()
  return (
    <section className="card" aria-labelledby="code-title">
      <h2 id="code-title">{words.codeTitle}</h2>
      <p className="muted">{words.codeHint}</p>
      <Tabs className="tabs">
        <TabList aria-label={words.codeTitle} className="tab-list">
          {[...snippetKinds, 'server' as const].map(kind => (
            <Tab key={kind} id={kind} className="tab">
              {words.kinds[kind]}
            </Tab>
          ))}
        </TabList>
        {snippetKinds.map(kind => (
          <TabPanel key={kind} id={kind} className="tab-panel">
            <Copied text={snippet(kind, model)} label={words.kinds[kind]} />
            <p className="muted">{words.setup}</p>
            <Copied text={snippetSetup[kind]} label={words.setup} />
          </TabPanel>
        ))}
        <TabPanel id="server" className="tab-panel">
          <p className="muted">{words.serverHint}</p>
          <Copied text={serveCommand(model.folder)} label={words.kinds.server} />
        </TabPanel>
      </Tabs>
    </section>
  )
}

function serveCommand(folder: string): string {
  return `npx chiquito serve ${quoted(folder)}
curl -F photo=@photo.jpg http://127.0.0.1:8000/v1/predict
`
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
