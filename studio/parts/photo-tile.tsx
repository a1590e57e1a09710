/** A photo by its id, as a thumbnail. */
export function PhotoTile({
  id,
  version,
  alt,
  size = 160,
  className = '',
}: {
  readonly id: string
  /** With it the browser need not ask again. */
  readonly version?: string
  readonly alt: string
  readonly size?: 160 | 320
  readonly className?: string
}) {
  return (
    <img
      className={`photo-tile ${className}`}
      src={`/photos/${id}/thumb?size=${size}${version === undefined ? '' : `&v=${version}`}`}
      alt={alt}
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      draggable={false}
    />
  )
}
