/** What is known of photos, a JSON object a line; Hugging Face's name for it, and `imagefolder` looks for one in each part. */
export const METADATA = 'metadata.jsonl'

/** The photo that a line is about; undefined for a line that is no such JSON: torn, or a person's own. */
export function photoOfLine(line: string): string | undefined {
  try {
    const row: unknown = JSON.parse(line)
    if (typeof row === 'object' && row !== null && 'file_name' in row) return String(row.file_name)
  } catch {
    // Whoever reads passes over it.
  }
  return undefined
}
