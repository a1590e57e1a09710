import { memo, useCallback } from 'react'
import { showThumb, type Wanted } from './thumbs.js'

interface ThumbProps extends Omit<Wanted, 'size'> {
  readonly alt: string
  readonly size?: Wanted['size']
}

/** A small copy of a photo. */
export const Thumb = memo(function Thumb({ id, version, alt, size = 160 }: ThumbProps) {
  const show = useCallback(
    (image: HTMLImageElement) => showThumb(image, { id, version, size }),
    [id, version, size],
  )
  return <img className="thumb" ref={show} alt={alt} decoding="async" draggable={false} />
})
