const KEY = 'chiquito-token'

let token: string | undefined

/** Keeps the token of the address for this tab, and takes it out of the address, so that no screenshot shows it. */
export function takeToken(): void {
  const address = new URL(location.href)
  const given = address.searchParams.get('token')
  if (given !== null) {
    sessionStorage.setItem(KEY, given)
    address.searchParams.delete('token')
    history.replaceState(null, '', address)
  }
  token = sessionStorage.getItem(KEY) ?? undefined
}

const watchers = new Set<() => void>()

/** Calls back when the server knows this page's token no more: it was started again. Gives back what ends that. */
export function onRefused(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

/** Says that a request was refused for its token. */
export function tellRefused(): void {
  for (const watcher of watchers) watcher()
}

/** For a token that was typed. */
export function keepToken(given: string): void {
  sessionStorage.setItem(KEY, given)
  token = given
}

export function hasToken(): boolean {
  return token !== undefined
}

export function authorization(): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}
