import { SHARED_CACHE, SHARED_KEY } from '../../src/app/shared-picture.js'

/**
 * Every way in which a picture comes: chosen, dropped, pasted, shared by another app.
 *
 * @param take - given each one
 * @returns whether somebody is choosing a file
 */
export function listenForPictures(file: HTMLInputElement, take: (picture: File) => void): () => boolean {
  let isChoosing = false
  file.addEventListener('click', () => {
    isChoosing = true
  })
  file.addEventListener('cancel', () => {
    isChoosing = false
  })
  file.addEventListener('change', () => {
    isChoosing = false
    const [picture] = file.files ?? []
    // Emptied, so that the same file can be chosen again.
    file.value = ''
    if (picture) take(picture)
  })
  addEventListener('paste', event => {
    const picture = pictureIn(event.clipboardData)
    if (!picture) return
    event.preventDefault()
    take(picture)
  })
  listenForDrops(take)
  return () => isChoosing
}

function listenForDrops(take: (picture: File) => void): void {
  const { classList } = document.body
  addEventListener('dragover', event => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    classList.add('dragging')
  })
  addEventListener('dragleave', event => {
    if (event.relatedTarget === null) classList.remove('dragging')
  })
  addEventListener('drop', event => {
    classList.remove('dragging')
    const picture = pictureIn(event.dataTransfer)
    // Any file: the browser would else leave the page and open it.
    event.preventDefault()
    if (picture) take(picture)
  })
}

function pictureIn(data: DataTransfer | null): File | undefined {
  return data?.files[0]
}

/** The picture that another app has shared, once. */
export async function sharedPicture(): Promise<File | undefined> {
  if (!new URLSearchParams(location.search).has('shared') || !('caches' in globalThis)) return undefined
  history.replaceState(null, '', location.pathname)
  const cache = await caches.open(SHARED_CACHE)
  const key = new URL(SHARED_KEY, document.baseURI)
  const kept = await cache.match(key)
  await cache.delete(key)
  if (!kept) return undefined
  const blob = await kept.blob()
  return new File([blob], 'shared', { type: blob.type })
}
