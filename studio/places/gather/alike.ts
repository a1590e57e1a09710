/** Side of the little picture that frames are compared by. */
export const LITTLE_SIDE = 16

/** Mean difference of brightness, of 255, below which two frames show the same. Noise of a webcam makes 1 to 2, a slow turn of the head 6. */
const ALIKE = 4

/** The brightness of each pixel of a little picture. */
export function greyOf({ data }: { readonly data: Uint8ClampedArray }): Uint8Array {
  const grey = new Uint8Array(data.length / 4)
  for (let i = 0; i < grey.length; i++)
    grey[i] = Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2])
  return grey
}

/** Whether a frame shows what the one that was kept last shows already. */
export function isAlike(frame: Uint8Array, kept: Uint8Array | undefined): boolean {
  if (kept === undefined) return false
  let sum = 0
  for (let i = 0; i < frame.length; i++) sum += Math.abs(frame[i] - kept[i])
  return sum / frame.length < ALIKE
}
