import { useEffect } from 'react'
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components'
import type { ModelAnswer } from '../../../src/studio/api/ship.js'
import { EmptyState } from '../../parts/empty-state.js'
import { ErrorNote } from '../../parts/error-note.js'
import { Loading } from '../../parts/loading.js'
import { hrefOf, setParams, useRoute } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import { MakeAppCard } from './app-card.js'
import { CodeCard } from './code-card.js'
import { CardCard } from './model-card.js'
import { useModel, useModels } from './queries.js'
import { TakeCard } from './take-card.js'
import { TryIt } from './try-it.js'
import './ship.css'

/** Where a model goes out into the world. */
export default function Ship() {
  const { ship: words } = useWords()
  const { params } = useRoute()
  const { data: models, error, refetch } = useModels()
  if (error) return <ErrorNote error={error} retry={() => void refetch()} />
  if (models === undefined) return <Loading />
  if (models.length === 0)
    return (
      <EmptyState title={words.title} hint={words.hint}>
        <a className="button primary large" href={hrefOf('train')}>
          {words.toTrain}
        </a>
      </EmptyState>
    )
  const asked = params.get('run')
  return <OfRun run={models.find(id => id === asked) ?? models[0]} models={models} />
}

function OfRun({ run, models }: { readonly run: string; readonly models: readonly string[] }) {
  const { ship: words } = useWords()
  const { data: model, error, refetch } = useModel(run)
  useEffect(() => setParams({ run }), [run])
  return (
    <div className="ship">
      <header className="ship-head">
        <h1>{words.title}</h1>
        {models.length > 1 && <ModelChoice run={run} models={models} />}
      </header>
      {error && <ErrorNote error={error} retry={() => void refetch()} />}
      {model === undefined ? !error && <Loading /> : <Ways key={run} model={model} />}
    </div>
  )
}

function Ways({ model }: { readonly model: ModelAnswer }) {
  return (
    <>
      <TryIt model={model} />
      <MakeAppCard model={model} />
      <CodeCard model={model} />
      <TakeCard model={model} />
      <CardCard model={model} />
    </>
  )
}

function ModelChoice({ run, models }: { readonly run: string; readonly models: readonly string[] }) {
  const { ship: words } = useWords()
  return (
    <Select
      className="ship-choice"
      aria-label={words.chooseModel}
      value={run}
      onChange={id => id !== null && setParams({ run: String(id) })}
    >
      <Label>{words.model}</Label>
      <Button className="button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover ship-choices">
        <ListBox>
          {models.map(id => (
            <ListBoxItem key={id} id={id} textValue={id}>
              {id}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}
