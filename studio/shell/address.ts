export const places = ['gather', 'clean', 'train', 'look', 'ship'] as const
export type Place = (typeof places)[number]

/** Where the page stands: `#/clean?class=cat`. */
export interface Route {
  readonly place: Place
  readonly params: URLSearchParams
}

/** The address of a place, for links. */
export function hrefOf(place: Place, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString()
  return `#/${place}${query === '' ? '' : `?${query}`}`
}

/** Goes to a place; the browser's way back leads here again. */
export function go(place: Place, params: Readonly<Record<string, string>> = {}): void {
  location.hash = hrefOf(place, params)
}

/** Changes what stands behind the place, without a step in the browser's history. */
export function setParams(params: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', hrefOf(routeOf(location.hash).place, params))
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

/** What a hash says; the first place where it says nothing. */
export function routeOf(hash: string): Route {
  const [name = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  return { place: places.find(place => place === name) ?? 'gather', params: new URLSearchParams(query) }
}
