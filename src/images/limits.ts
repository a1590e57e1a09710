// Photos come from anywhere, so every size is checked against these before anything is allocated for it.

/** A photo file larger than this is refused: an 8-bit TIFF of MAX_PIXELS is 300 MB, and no camera JPEG comes near. */
export const MAX_FILE_BYTES = 320 * 1024 * 1024

/** Pixels in a photo, from its header. Above any common phone (50 MP) yet 300 MB decoded, so a bomb cannot fill memory. */
export const MAX_PIXELS = 100_000_000

/** Longest side in pixels. Index arithmetic stays far inside 32 bits, and no camera makes longer ones. */
export const MAX_DIMENSION = 30_000

/** Smallest side in pixels: nothing can be recognised in less, and one-pixel files are tracking pixels. */
export const MIN_DIMENSION = 2

/** Largest side of a view: twice what any known network takes; guards against a typing error in `size`. */
export const MAX_VIEW_SIZE = 1024

/** Strongest zoom an augmentation may ask for: more would show texture, not the subject. */
export const MAX_ZOOM = 8
