import { expect } from 'vitest'
import { type Dataset, openDataset } from '../../src/dataset/index.js'
import { photos, writeTree } from './files.js'

/** Two classes that nobody divided. */
export const flat = { ...photos('cat', 4), ...photos('dog', 6) }

/** What is said of oddities of a kind. */
export function oddity(
  data: Dataset,
  kind: string,
): { count: number; examples: readonly string[] } | undefined {
  return data.oddities.find(one => one.kind === kind)
}

/** The message of the error with which files are refused as a data set. */
export async function fail(files: Record<string, string>, options = {}): Promise<string> {
  const error = await openDataset(writeTree(files), options).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'ChiquitoError', code: 'data' })
  return error instanceof Error ? error.message : ''
}
