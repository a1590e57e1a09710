import { type Operation, undoneActs } from '../../files/index.js'
import { type EvenPlan, evenPlanSchema } from './plan-even-out.js'

/**
 * The plan by which photos were written that still are as it left them: photos that came since, or that a kill left, follow the
 * same one, so that all stay alike.
 *
 * @param planned - what would be planned now; undefined where nothing tells the classes apart
 */
export function earlierPlan(
  operations: readonly Operation[],
  planned: EvenPlan | undefined,
): EvenPlan | undefined {
  if (planned === undefined) return undefined
  const undone = undoneActs(operations)
  const last = operations.findLast(({ acts, plan }) => {
    const isLeft = acts.some(({ number, what }) => what.act === 'replace' && !undone.has(number))
    return isLeft && evenPlanSchema.safeParse(plan).success
  })
  return evenPlanSchema.safeParse(last?.plan).data ?? planned
}

/** Photos that were written so: their contents, by their paths. */
export function evenedPhotos(operations: readonly Operation[]): ReadonlyMap<string, string> {
  const undone = undoneActs(operations)
  const acts = operations.flatMap(({ acts }) => acts).filter(({ number }) => !undone.has(number))
  return new Map(acts.flatMap(({ what }) => (what.act === 'replace' ? [[what.to, what.after]] : [])))
}
