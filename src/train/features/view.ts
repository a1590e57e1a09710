import type { AugmentationDraw } from '../../images/index.js'

/** What to look at a photo through: a drawn variation, or `null` for the plain view. */
export type View = AugmentationDraw | null
