import { doctorFor } from '../../actions/doctor.js'
import { photosInFolder } from '../../actions/list-photos.js'
import type { WorkOptions } from '../../core/index.js'
import { keepFindings } from './findings-record.js'

/**
 * Lets the doctor look at the photos, and keeps what it finds in the workspace.
 *
 * @throws as `doctor` does
 */
export async function lookForTrouble(
  { photos: data, home }: { readonly photos: string; readonly home: string },
  { quick, ...work }: WorkOptions & { readonly quick: boolean },
): Promise<{ readonly photos: number; readonly findings: number }> {
  const started = new Date().toISOString()
  // As they are before it looks: what is changed meanwhile was perhaps not seen.
  const seen = await photosInFolder({ data, signal: work.signal })
  const { photos, checks, findings } = await doctorFor('studio', { data, quick, ...work })
  await keepFindings(home, { started, at: new Date().toISOString(), checks, findings }, seen)
  return { photos, findings: findings.length }
}
