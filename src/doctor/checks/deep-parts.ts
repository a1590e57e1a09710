/** What deep checks work with. Loaded when one runs: the other checks need no network, and begin a third of a second sooner. */
export function deepParts(): Promise<typeof import('../deep/index.js')> {
  return import('../deep/index.js')
}
