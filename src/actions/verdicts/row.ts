import { z } from 'zod'

/** What is said of a photo: a verdict as `predict --json` gives it, or why there is none. */
export const verdictSchema = z.union([
  z.strictObject({
    label: z.string(),
    probabilities: z.array(z.number()),
    known: z.number().nullable(),
    abstained: z.boolean(),
  }),
  z.strictObject({ error: z.string() }),
])
export type RowVerdict = z.infer<typeof verdictSchema>

/** One row of the result. `sha256` is of the file that was looked at; null where it could not be read. */
export type VerdictRow = { readonly path: string; readonly sha256: string | null } & RowVerdict

/**
 * A row as a line of JSON.
 *
 * @param verdict - as JSON
 */
export function rowLine(path: string, sha256: string | null, verdict: string): string {
  return `{"path":${JSON.stringify(path)},"sha256":${JSON.stringify(sha256)},${verdict.slice(1)}\n`
}

/** A row from its line; undefined for what is none, as a power cut leaves it. Written by this program: only its kind is looked at. */
export function rowOf(line: string): VerdictRow | undefined {
  try {
    const row: unknown = JSON.parse(line)
    return isRow(row) ? row : undefined
  } catch {
    return undefined
  }
}

function isRow(row: unknown): row is VerdictRow {
  if (typeof row !== 'object' || row === null || !('path' in row && 'sha256' in row)) return false
  return 'error' in row || ('label' in row && 'probabilities' in row)
}
