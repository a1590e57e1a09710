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
