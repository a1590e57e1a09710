import { htmlDocument } from '../document.js'
import type { Picture } from '../input.js'
import { visible } from '../text.js'
import { classesSection } from './classes.js'
import { checkSection } from './findings.js'
import { doctorHeadline } from './headline.js'
import type { DoctorPageInput } from './input.js'
import { layout } from './layout.js'
import { shortcutsSection } from './shortcuts.js'
import { doctorStyle } from './style.js'

/** The check whose findings have a section of their own, with all figures. */
const SHORTCUTS = 'shortcuts'

/**
 * What the doctor found, as one HTML file that opens offline, with scripts off, in light and dark: what matters most first, with
 * the photos side by side. However many photos were looked at, it stays small: what is left out is counted.
 *
 * @param pictures of the photos that `picturesWanted` names, by path; one that is not there is shown as missing
 * @throws ChiquitoError `usage` when a picture is not one
 */
export async function renderDoctorPage(
  input: DoctorPageInput,
  pictures: ReadonlyMap<string, Picture>,
): Promise<string> {
  const { classes, checks } = layout(input)
  const shortcuts =
    input.shortcuts.length === 0 ? [] : [{ id: SHORTCUTS, title: 'Shortcuts', html: shortcutsSection(input) }]
  const isFirst = input.shortcutWords.some(({ certain }) => certain)
  const found = checks
    .filter(({ check }) => shortcuts.length === 0 || check.name !== SHORTCUTS)
    .map(each => ({
      id: each.check.name,
      title: `${each.check.title} ${each.count}`,
      html: checkSection(each, pictures),
    }))
  const seen = {
    id: 'classes',
    title: 'Classes',
    html: classesSection(classes, input.classes.length, pictures),
  }
  const sections = [
    ...(isFirst ? shortcuts : []),
    ...found,
    ...(isFirst ? [] : shortcuts),
    ...(classes.length === 0 ? [] : [seen]),
  ]
  return htmlDocument({
    title: `${visible(input.root)} · chiquito doctor`,
    style: doctorStyle,
    headline: doctorHeadline(input),
    contents: sections,
    sections: sections.map(section => section.html),
  })
}
