import { useFigures } from '../../parts/figures.js'
import { useWords } from '../../words/index.js'

/** More classes than this are shown as a list of their commonest mistakes: a table of them could not be read. */
const MOST_CLASSES = 12
const MOST_PAIRS = 30

interface Cell {
  readonly kind: 'cell'
  readonly truth: string
  readonly label: string
}

interface MatrixProps {
  readonly labels: readonly string[]
  /** [true class][answer] */
  readonly counts: readonly (readonly number[])[]
  readonly chosen: Cell | undefined
  /** Undefined where photos cannot be shown yet. */
  readonly choose: ((cell: Cell) => void) | undefined
}

/** What it takes for what. Each cell opens its photos. */
export function Matrix(props: MatrixProps) {
  const { look: words } = useWords()
  const isWide = props.labels.length > MOST_CLASSES
  return (
    <section className="card matrix-card" aria-labelledby="matrix-title">
      <h2 id="matrix-title">{isWide ? words.worstPairs : words.matrix}</h2>
      {isWide ? <Pairs {...props} /> : <Table {...props} />}
    </section>
  )
}

function Table({ labels, counts, chosen, choose }: MatrixProps) {
  const { look: words } = useWords()
  return (
    <>
      <p className="muted">{words.matrixHint}</p>
      <div className="matrix-scroll" tabIndex={-1}>
        <table className="matrix">
          <thead>
            <tr>
              <td />
              {labels.map(label => (
                <th key={label} scope="col">
                  <small>{words.saidIs}</small> <span>{label}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((truth, row) => (
              <tr key={truth}>
                <th scope="row">
                  <small>{words.truthIs}</small> <span>{truth}</span>
                </th>
                {labels.map((label, column) => (
                  <td key={label}>
                    <CellButton
                      cell={{ kind: 'cell', truth, label }}
                      count={counts[row]?.[column] ?? 0}
                      share={shareOf(counts[row] ?? [], column)}
                      isChosen={chosen?.truth === truth && chosen.label === label}
                      choose={choose}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function shareOf(row: readonly number[], column: number): number {
  const all = row.reduce((sum, count) => sum + count, 0)
  return all === 0 ? 0 : (row[column] ?? 0) / all
}

interface CellProps extends Pick<MatrixProps, 'choose'> {
  readonly cell: Cell
  readonly count: number
  /** Of the photos of its class. */
  readonly share: number
  readonly isChosen: boolean
}

function CellButton({ cell, count, share, isChosen, choose }: CellProps) {
  const { look: words } = useWords()
  const figures = useFigures()
  const kind = count === 0 ? 'none' : cell.truth === cell.label ? 'right' : 'wrong'
  // Ten steps of colour: the page's policy allows no styles of single elements.
  const step = Math.ceil(10 * share)
  return (
    <button
      type="button"
      className={`cell ${kind} step-${step}`}
      aria-label={words.cell(cell.truth, cell.label, count)}
      aria-pressed={isChosen}
      disabled={choose === undefined || count === 0}
      onClick={() => choose?.(cell)}
    >
      {figures.count(count)}
    </button>
  )
}

function Pairs({ labels, counts, chosen, choose }: MatrixProps) {
  const { look: words } = useWords()
  const pairs = labels
    .flatMap((truth, row) =>
      labels.map((label, column) => ({ truth, label, count: counts[row]?.[column] ?? 0 })),
    )
    .filter(({ truth, label, count }) => truth !== label && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS)
  return (
    <ul className="pairs">
      {pairs.map(({ truth, label, count }) => (
        <li key={`${truth}/${label}`}>
          <button
            type="button"
            className="button"
            aria-pressed={chosen?.truth === truth && chosen.label === label}
            disabled={choose === undefined}
            onClick={() => choose?.({ kind: 'cell', truth, label })}
          >
            {words.cell(truth, label, count)}
          </button>
        </li>
      ))}
    </ul>
  )
}
