import { memo, useCallback, useState } from 'react'
import { NoPicture } from '../../parts/no-picture.js'
import { showThumb, type Wanted } from './thumbs.js'

interface ThumbProps extends Omit<Wanted, 'size'> {
  readonly alt: string
  readonly size?: Wanted['size']
  /** Told where there is nothing to be shown. */
  readonly onNone?: () => void
}

/** A small copy of a photo; words where it cannot be read. */
export const Thumb = memo(function Thumb({ id, version, alt, size = 160, onNone }: ThumbProps) {
  const [none, setNone] = useState<string>()
  const key = `${id} ${version}`
  const show = useCallback(
    (image: HTMLImageElement) =>
      showThumb(image, { id, version, size }, () => {
        setNone(key)
        onNone?.()
      }),
    [id, version, size, key, onNone],
  )
  if (none === key) return <NoPicture className="thumb" alt={alt} />
  return <img className="thumb" ref={show} alt={alt} decoding="async" draggable={false} />
})
