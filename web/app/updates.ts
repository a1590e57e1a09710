import { element } from './elements.js'

/** A page that stays open asks so often whether there is something newer, in milliseconds. */
const ASK_EVERY_MS = 30 * 60_000

/**
 * Keeps the page for times without a network, and brings newer models: who looks at the page is asked, and a page that nobody looks at
 * changes by itself, unless somebody will come back to what it shows: a phone hides a page, too, while a photo is chosen or sent.
 *
 * @param kept - called when everything is there to work without a network
 * @param isIdle - whether nothing on the page would be lost
 */
export async function listenForUpdates(kept: () => void, isIdle: () => boolean): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  let isChanging = false
  serviceWorker.addEventListener('controllerchange', () => {
    if (isChanging) location.reload()
  })
  const registration = await serviceWorker.register('sw.js', { updateViaCache: 'none' })
  const banner = element('update', HTMLElement)
  const change = () => {
    isChanging = true
    registration.waiting?.postMessage('take over')
  }
  element('reload', HTMLButtonElement).addEventListener('click', change)
  const offer = () => {
    if (!registration.waiting || !serviceWorker.controller) return
    if (document.hidden && isIdle()) change()
    else banner.hidden = false
  }
  const watch = () => {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed') offer()
      if (coming.state === 'activated') kept()
    })
  }
  registration.addEventListener('updatefound', watch)
  watch()
  if (registration.active) kept()
  offer()
  const ask = () => registration.update().catch(() => undefined)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void ask()
    else offer()
  })
  setInterval(ask, ASK_EVERY_MS)
}
