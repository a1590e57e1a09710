/**
 * Keeps what was computed last for as long as a text stays the same; what failed is tried again.
 *
 * @param mark - the text now; read before each computation, so that what changes during it counts as changed
 */
export function keptWhile<T>(mark: () => Promise<string>, compute: () => Promise<T>): () => Promise<T> {
  let kept: { readonly mark: string; readonly value: Promise<T> } | undefined
  return async () => {
    const now = await mark()
    if (kept?.mark === now) return kept.value
    const value = compute()
    const own = { mark: now, value }
    kept = own
    value.catch(() => {
      if (kept === own) kept = undefined
    })
    return value
  }
}
