/** Under which terms a photo is offered. A right that its source does not state is `undefined`: unknown, not allowed. */
export interface Licence {
  /** As Openverse spells Creative Commons' licences (`by-sa`, `cc0`, `pdm`), or the source's own word in lower case. */
  readonly code: string
  readonly version?: string | undefined
  /** Where its text is. */
  readonly address?: string | undefined
  /** Photos may be used commercially. */
  readonly commercial: boolean | undefined
  /** Photos may be changed, which cropping them is. */
  readonly changes: boolean | undefined
  /** Whoever shows the photo names its creator. */
  readonly naming: boolean | undefined
}

/** What the person needs to be allowed; a photo whose licence does not say so is not collected. */
export interface LicenceNeeds {
  readonly commercial: boolean
  readonly changes: boolean
  /** Nobody needs to be named. */
  readonly noNaming?: boolean | undefined
}

/** Whether a licence allows, in so many words, all that is needed. */
export function allows(licence: Licence | undefined, needs: LicenceNeeds): boolean {
  return (
    (!needs.commercial || licence?.commercial === true) &&
    (!needs.changes || licence?.changes === true) &&
    (!needs.noNaming || licence?.naming === false)
  )
}

/** Whether anything is needed at all: then photos without a stated licence are of no use. */
export function needsLicence(needs: LicenceNeeds): boolean {
  return needs.commercial || needs.changes || needs.noNaming === true
}
