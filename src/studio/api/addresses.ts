/** `GET /api/sources`: whom the keyword search can ask. */
export interface SourcesAnswer {
  readonly sources: readonly {
    readonly name: string
    readonly title: string
    /** Asked where the person names none. */
    readonly isUsual: boolean
    /** What its owner says about programs; null where nothing. */
    readonly terms: string | null
    /** It needs a key, which is not there; the environment variable that would hold it. */
    readonly lacksKey: string | null
  }[]
}

/** `GET /api/samples`: pictures of the demo data that no model learns from, to try one with. */
export interface SamplesAnswer {
  readonly samples: readonly { readonly name: string; readonly label: string }[]
}
