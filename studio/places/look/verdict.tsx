import type { RunFigures } from '../../../src/studio/api/runs.js'
import { useFigures } from '../../parts/figures.js'
import { Icon } from '../../parts/icon.js'
import { useWords } from '../../words/index.js'

/** The one figure, how far it goes, and what speaks against it. */
export function Verdict({ figures }: { readonly figures: RunFigures }) {
  const { look: words } = useWords()
  const { percent, range } = useFigures()
  const { accuracy, interval, right, count, majority, mayBe, coverage } = figures
  return (
    <section className="card verdict" aria-labelledby="verdict-title">
      <h2 id="verdict-title" className="figure">
        <span className="big">{percent(accuracy)}</span> {words.accuracy}
      </h2>
      <p className="lead">{words.ofPhotos(right, count)}</p>
      <Range interval={interval} accuracy={accuracy} />
      <p>{words.interval(range(interval))}</p>
      {mayBe !== null && <Warning>{words.mayBe(percent(accuracy), percent(interval[0]))}</Warning>}
      {accuracy <= majority ? (
        <Warning>{words.noBetter}</Warning>
      ) : (
        <p className="muted">{words.majority(percent(majority))}</p>
      )}
      <Warnings figures={figures} />
      <p>{calibrationWords(figures, words, percent)}</p>
      {coverage !== null && <p>{words.answers(percent(coverage))}</p>}
    </section>
  )
}

/** The interval on a line from 0 to 1, the figure as a point in it. */
function Range({
  interval: [low, high],
  accuracy,
}: {
  readonly interval: readonly [number, number]
  readonly accuracy: number
}) {
  return (
    <svg className="range" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect className="all" y="2" width="100" height="2" />
      <rect className="likely" x={100 * low} y="1" width={100 * (high - low)} height="4" />
      <rect className="now" x={100 * accuracy - 0.3} width="0.6" height="6" />
    </svg>
  )
}

function Warnings({ figures }: { readonly figures: RunFigures }) {
  const { look: words } = useWords()
  const { leaks, unreadable, shortcuts } = figures
  // The strongest of each class says it; the rest are in the report.
  const strongest = new Map(
    shortcuts
      .filter(({ stands }) => stands)
      .toReversed()
      .map(one => [one.class, one]),
  )
  const names: Readonly<Record<string, string>> = words.properties
  return (
    <>
      {leaks > 0 && <Warning>{words.leaks(leaks)}</Warning>}
      {[...strongest.values()].map(({ class: label, property }) => (
        <Warning key={label}>{words.shortcut(names[property] ?? property, label)}</Warning>
      ))}
      {unreadable > 0 && <Warning>{words.unreadable(unreadable)}</Warning>}
    </>
  )
}

function Warning({ children }: { readonly children: string }) {
  return (
    <p className="warning">
      <Icon name="warn" /> <span>{children}</span>
    </p>
  )
}

type Words = ReturnType<typeof useWords>['look']

/** Whether its probabilities can be believed, by all of its answers together. */
function calibrationWords(
  { calibration: { ece, floor, reliability } }: RunFigures,
  words: Words,
  percent: (share: number) => string,
): string {
  const count = reliability.reduce((sum, bin) => sum + bin.count, 0)
  const mean = (of: (bin: (typeof reliability)[number]) => number | null) =>
    reliability.reduce((sum, bin) => sum + bin.count * (of(bin) ?? 0), 0) / Math.max(1, count)
  const said = percent(mean(({ confidence }) => confidence))
  const was = percent(mean(({ accuracy }) => accuracy))
  return ece <= floor.high ? words.calibrated(said, was) : words.uncalibrated(said, was)
}
