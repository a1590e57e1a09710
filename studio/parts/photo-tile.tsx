import { useState } from 'react'
import { isNoPicture, NoPicture } from './no-picture.js'

/** A photo by its id, as a thumbnail. */
export function PhotoTile({
  id,
  version,
  alt,
  size = 160,
}: {
  readonly id: string
  /** With it the browser need not ask again. */
  readonly version?: string
  readonly alt: string
  readonly size?: 160 | 320
}) {
  const source = `/photos/${id}/thumb?size=${size}${version === undefined ? '' : `&v=${version}`}`
  const [unreadable, setUnreadable] = useState<string>()
  if (unreadable === source) return <NoPicture className="photo-tile" alt={alt} />
  return (
    <img
      className="photo-tile"
      src={source}
      alt={alt}
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      draggable={false}
      // A server that is away is another matter.
      onError={async () => (await isNoPicture(source)) && setUnreadable(source)}
    />
  )
}
