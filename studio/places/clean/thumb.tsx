import { memo } from 'react'

/** A small copy of a photo; its address carries the photo's version, so that it is asked for once. */
export const Thumb = memo(function Thumb({
  id,
  version,
  alt,
  size = 160,
}: {
  readonly id: string
  /** Empty where it is not known: then nothing is kept. */
  readonly version: string
  readonly alt: string
  readonly size?: 160 | 320
}) {
  return (
    <img
      className="thumb"
      src={`/photos/${id}/thumb?size=${size}${version === '' ? '' : `&v=${version}`}`}
      alt={alt}
      decoding="async"
      draggable={false}
    />
  )
})
