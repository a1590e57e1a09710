import { htmlDocument } from './document.js'
import type { ReportInput } from './input.js'
import type { Html } from './markup.js'
import { dataSection } from './sections/data.js'
import { headline, modelSection } from './sections/headline.js'
import { hasAbstention, neitherSection } from './sections/neither.js'
import { photosSection } from './sections/photos.js'
import { qualitySection } from './sections/quality.js'
import { repeatSection } from './sections/repeat.js'
import { hasShortcuts, shortcutsSection } from './sections/shortcuts.js'
import { hasTraining, trainingSection } from './sections/training.js'
import { titleOf } from './verdict.js'

interface Part {
  readonly id: string
  /** Its name in the contents. */
  readonly title: string
  readonly render: (input: ReportInput) => Html
  /** Whether there is anything to show; always, where it is not given. */
  readonly when?: (input: ReportInput) => boolean
}

/** What comes after the headline, in order. */
const PARTS: readonly Part[] = [
  { id: 'figures', title: 'Mistakes', render: qualitySection },
  { id: 'neither', title: '“Neither”', render: neitherSection, when: hasAbstention },
  { id: 'photos', title: 'Photos', render: photosSection, when: input => input.galleries.length > 0 },
  { id: 'training', title: 'Training', render: trainingSection, when: hasTraining },
  { id: 'data', title: 'Data', render: dataSection },
  { id: 'shortcuts', title: 'Shortcuts', render: shortcutsSection, when: hasShortcuts },
  { id: 'model', title: 'Model', render: modelSection },
  { id: 'repeat', title: 'Repeat', render: repeatSection },
]

/**
 * The report as one HTML file that opens offline, with scripts off, in light and dark.
 *
 * @throws ChiquitoError `usage` when a picture is not one
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const parts = PARTS.filter(part => part.when?.(input) ?? true)
  return htmlDocument({
    title: `${titleOf(input)} · chiquito report`,
    headline: headline(input),
    contents: parts,
    sections: parts.map(({ render }) => render(input)),
  })
}
