/** The numbers from 0 up to, not including, length. */
export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}
