import type { RecipeOptions } from './recipe.js'

type Line = Readonly<Record<string, unknown>>

/** Logs what a part of the recipe came to; not again where a run that was cut off comes to it once more. */
export async function logOnce(
  { log, checkpoint }: RecipeOptions,
  part: string,
  lines: readonly Line[],
): Promise<void> {
  const section = `${part}, logged`
  if (!log || checkpoint?.get(section)) return
  for (const line of lines) log(line)
  checkpoint?.set(section, { facts: null, tensors: new Map() })
  await checkpoint?.save()
}
