/** Facts are kept as text: digits beyond what was measured would only take room. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
