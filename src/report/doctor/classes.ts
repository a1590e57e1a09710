import type { Picture } from '../input.js'
import { type Html, html, name, section } from '../markup.js'
import { plural } from '../text.js'
import type { CheckedClass } from './input.js'
import { photoFigure } from './photo.js'

/** Typical photos of each class beside the odd ones. */
export function classesSection(
  classes: readonly CheckedClass[],
  all: number,
  pictures: ReadonlyMap<string, Picture>,
): Html {
  return section(
    {
      id: 'classes',
      title: 'Typical and odd',
      lead:
        'The photos in the middle of each class as the network sees it, and those farthest from it. Odd is not wrong: a rare view of ' +
        `the subject is worth more than one more of the usual.${classes.length < all ? ` Of ${all} classes the ${classes.length} with the most odd photos are shown.` : ''}`,
    },
    ...classes.map(
      each => html`
<h3>${name(each.label)} <small>${plural(each.photos, 'photo')}</small></h3>
<div class="columns sides">
<div><h4>Typical</h4><div class="side">${each.typical.map(photo => photoFigure(photo, pictures))}</div></div>
<div><h4>Odd</h4>${each.odd.length === 0 ? html`<p class="empty">None.</p>` : html`<div class="side">${each.odd.map(photo => photoFigure(photo, pictures))}</div>`}</div>
</div>`,
    ),
  )
}
