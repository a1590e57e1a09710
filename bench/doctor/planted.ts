import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { messageOf } from '../../src/core/index.js'
import type { TextTable } from '../support/result.js'
import { type Answer, faultTable } from './faults.js'
import { plants } from './plants.js'
import { askOurs, askTool, type Tool } from './tools.js'

export interface PlantedResult {
  readonly tables: readonly TextTable[]
  readonly notes: readonly string[]
  readonly failures: readonly string[]
}

/** Two plants through our command line and each of the other tools: found of each kind, and clean photos flagged. */
export async function plantedFaults(
  python: string,
  others: readonly Tool[],
  tell: (text: string) => void,
): Promise<PlantedResult> {
  const tables: TextTable[] = []
  const notes = new Set<string>()
  const failures: string[] = []
  for (const [number, plant] of (await plants(python)).entries()) {
    const answers = new Map<string, Answer>()
    const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
    const sides = [
      { name: 'ours', ask: () => askOurs(plant.photos, path.join(folder, 'cache')) },
      ...others.map(tool => ({
        name: tool.name,
        ask: () => askTool(python, tool, plant.photos, plant.truth, folder),
      })),
    ]
    for (const { name, ask } of sides) {
      tell(`plant ${number}: ${name}`)
      try {
        const answer = await ask()
        answers.set(name, answer)
        for (const note of answer.notes) notes.add(note)
      } catch (error) {
        failures.push(`plant ${number}, ${name}: ${messageOf(error)}`)
      }
    }
    await rm(folder, { recursive: true, force: true })
    const { clean, sets } = plant.truth
    const from = Object.entries(sets).map(([name, count]) => `${count} ${name}`)
    const title = `plant ${number}: found of 20 (of ${clean.length} clean photos flagged), ${from.join(', ')}`
    if (answers.has('ours')) tables.push(faultTable(title, plant, answers))
  }
  return { tables, notes: [...notes], failures }
}
