export { checksPage } from './page.js'

import type { Check, QuickCheck } from '../check.js'
import { animated } from './animated.js'
import { blurred } from './blurred.js'
import { bright } from './bright.js'
import { dark } from './dark.js'
import { exactCopiesCheck } from './exact-copies.js'
import { extension } from './extension.js'
import { fewColours } from './few-colours.js'
import { greyscale } from './greyscale.js'
import { hiddenCopies } from './hidden-copies.js'
import { imbalance } from './imbalance.js'
import { labelErrors } from './label-errors.js'
import { lowInformation } from './low-information.js'
import { morePhotos } from './more-photos.js'
import { nearCopies } from './near-copies.js'
import { oddAspect } from './odd-aspect.js'
import { oneSided } from './one-sided-clusters.js'
import { place } from './place.js'
import { rotation } from './rotation.js'
import { sameSource } from './same-source.js'
import { shortcuts } from './shortcuts.js'
import { tooFew } from './too-few.js'
import { tooSmall } from './too-small.js'
import { unlikeClass } from './unlike-class.js'
import { unreadable } from './unreadable.js'

export { curveOf, inWords } from './more-photos.js'

/** All checks. In the order in which their findings matter, as reports tell them: what makes figures wrong comes first. */
export const checks: readonly Check[] = [
  // What cannot be learnt from, and what teaches what is wrong.
  unreadable,
  exactCopiesCheck,
  nearCopies,
  hiddenCopies,
  sameSource,
  labelErrors,
  unlikeClass,
  oneSided,
  shortcuts,
  // Too little to learn from.
  tooFew,
  imbalance,
  morePhotos,
  // Photos that show little.
  lowInformation,
  dark,
  bright,
  blurred,
  tooSmall,
  fewColours,
  greyscale,
  oddAspect,
  animated,
  // What other programs may trip over, or others should not be given.
  extension,
  rotation,
  place,
]

export const quickChecks: readonly QuickCheck[] = checks.filter(check => check.depth === 'quick')
