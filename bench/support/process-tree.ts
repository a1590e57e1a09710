import { readdirSync, readFileSync } from 'node:fs'
import { highWaterMark } from './process.js'

/**
 * Memory of a process and all that it started, in MB (Linux): what each has to itself and its part of what several share
 * (PSS), so that nothing counts twice, or the most that the kernel remembers of the first one, whichever is more.
 */
export function treeMb(pid: number | undefined): number | undefined {
  const peak = highWaterMark(pid)
  if (pid === undefined || peak === undefined) return undefined
  return Math.max(peak, sumOf(pid))
}

/** The same at this moment: whatever the first one took before. */
export function treeMbNow(pid: number | undefined): number | undefined {
  return pid === undefined || highWaterMark(pid) === undefined ? undefined : sumOf(pid)
}

function sumOf(pid: number): number {
  return family(pid).reduce((mb, each) => mb + (proportionalMb(each) ?? 0), 0)
}

/** A process and all below it. */
export function family(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = [root]
  for (let i = 0; i < found.length; i++) found.push(...(children.get(found[i]) ?? []))
  return found
}

function parentOf(pid: string): number | undefined {
  // After the name in brackets, which may hold anything: state, then parent.
  const [, parent] = /^.*\) \S+ (\d+)/s.exec(read(`/proc/${pid}/stat`)) ?? []
  return parent === undefined ? undefined : Number(parent)
}

function proportionalMb(pid: number): number | undefined {
  const [, kb] = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`)) ?? []
  return kb === undefined ? undefined : Number(kb) / 1024
}

/** Nothing where a process has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Of a second, that the kernel counts processor time in. */
const TICKS = 100

/** Seconds of processors that a process and all that it started have taken, those that have ended left out (Linux). */
export function treeSeconds(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN
  const ticks = family(pid).map(each => {
    // After the name in brackets: state, parent, …; the twelfth and thirteenth are the program's and the kernel's.
    const fields = read(`/proc/${each}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  })
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS
}
