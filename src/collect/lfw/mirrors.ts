/** The page of Labeled Faces in the Wild; its own server is gone. */
const LFW_PAGE = 'http://vis-www.cs.umass.edu/lfw/'

/** The page of a person's photos there: what a division keeps on one side is a person, not the whole archive. */
export function pageOf(person: string): string {
  return `${LFW_PAGE}person/${encodeURIComponent(person)}.html`
}

/** Where an archive is, and what it must be. */
export interface Mirror {
  readonly address: string
  /** Hexadecimal. */
  readonly sha256: string
}

/**
 * Where `lfw.tgz` (13,233 photos of 5,749 people) still is: scikit-learn's copy on figshare, by two addresses. That of
 * figshare.com itself answers 202 and nothing to programs. The checksum is scikit-learn's
 * (sklearn/datasets/_lfw.py).
 */
export const lfwMirrors: readonly Mirror[] = [
  'https://ndownloader.figshare.com/files/5976018',
  'https://api.figshare.com/v2/file/download/5976018',
].map(address => ({
  address,
  sha256: '055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0',
}))

/** Said once, before anything is fetched. */
export const LFW_TERMS =
  'Labeled Faces in the Wild shows real people, in photos of the press. No licence for them was found: train with them, ' +
  'and do not pass them on. The names are those of its authors.'
