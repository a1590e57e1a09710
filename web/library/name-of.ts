/** What a value is, for messages: `HTMLImageElement`, `Undefined`. */
export function nameOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}
