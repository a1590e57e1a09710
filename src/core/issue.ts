import type { z } from 'zod'

/** The first thing wrong in one sentence part: `at labels[1]: Too small: …`. */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  const where = issue.path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
  return where === '' ? issue.message : `at ${where}: ${issue.message}`
}
