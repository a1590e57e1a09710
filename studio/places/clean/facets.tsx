import { hrefOf } from '../../shell/route.js'
import { useWords } from '../../words/index.js'
import type { Filter } from './view.js'

interface Group {
  readonly name: string
  readonly title: string
  readonly count: number
}

interface FacetsProps {
  readonly filter: Filter
  readonly count: number
  readonly classes: readonly { readonly name: string; readonly count: number }[]
  readonly groups: readonly Group[]
  /** How many photos the model doubts; none where no model was asked. */
  readonly doubts: { readonly disagrees: number; readonly unsure: number } | undefined
  readonly aside: number
  readonly children: React.ReactNode
}

/** What can be looked at: links, so that each has an address and the browser's way back works. */
export function Facets({ filter, count, classes, groups, doubts, aside, children }: FacetsProps) {
  const { clean: words } = useWords()
  return (
    <nav className="facets" aria-label={words.show}>
      <ul>
        <Facet to={{ kind: 'all' }} filter={filter} title={words.all} count={count} />
      </ul>
      <h2>{words.classes}</h2>
      <ul>
        {classes.map(({ name, count }, i) => (
          <Facet
            key={name}
            to={{ kind: 'class', name }}
            filter={filter}
            title={name}
            count={count}
            number={i < 9 ? i + 1 : undefined}
          />
        ))}
      </ul>
      <h2>{words.findings}</h2>
      {children}
      <ul>
        {groups.map(({ name, title, count }) => (
          <Facet key={name} to={{ kind: 'finding', name }} filter={filter} title={title} count={count} />
        ))}
      </ul>
      {doubts !== undefined && (
        <>
          <h2>{words.model}</h2>
          <ul>
            <Facet
              to={{ kind: 'model', name: 'disagrees' }}
              filter={filter}
              title={words.disagrees}
              count={doubts.disagrees}
            />
            <Facet
              to={{ kind: 'model', name: 'unsure' }}
              filter={filter}
              title={words.unsure}
              count={doubts.unsure}
            />
          </ul>
        </>
      )}
      {(aside > 0 || filter.kind === 'aside') && (
        <ul className="facet-aside">
          <Facet to={{ kind: 'aside' }} filter={filter} title={words.aside} count={aside} />
        </ul>
      )}
    </nav>
  )
}

interface FacetProps {
  readonly to: Filter
  readonly filter: Filter
  readonly title: string
  readonly count: number
  /** The key that gives this class. */
  readonly number?: number | undefined
}

function Facet({ to, filter, title, count, number }: FacetProps) {
  const isHere = to.kind === filter.kind && nameOf(to) === nameOf(filter)
  return (
    <li>
      <a href={hrefOf('clean', paramsOf(to))} aria-current={isHere ? 'true' : undefined} className="facet">
        {number !== undefined && <kbd>{number}</kbd>}
        <span className="facet-title">{title}</span>
        <span className="facet-count">{count}</span>
      </a>
    </li>
  )
}

function nameOf(filter: Filter): string {
  return 'name' in filter ? filter.name : ''
}

/** A filter as it stands in the address. */
export function paramsOf(filter: Filter): Record<string, string> {
  if (filter.kind === 'all') return {}
  return 'name' in filter ? { [filter.kind]: filter.name } : { [filter.kind]: '1' }
}

/** The filter of an address; all photos where it says none. */
export function filterOf(params: URLSearchParams): Filter {
  const of = (kind: string) => params.get(kind)
  const [name, finding, model] = [of('class'), of('finding'), of('model')]
  if (name !== null) return { kind: 'class', name }
  if (finding !== null) return { kind: 'finding', name: finding }
  if (model === 'disagrees' || model === 'unsure') return { kind: 'model', name: model }
  return of('aside') === null ? { kind: 'all' } : { kind: 'aside' }
}
