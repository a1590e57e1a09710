import type { Backbone, LayerGroup } from '../../backbones/index.js'
import { argumentError } from '../../core/index.js'
import type { Head } from '../heads/index.js'

/** A rate for all groups, one for each (from the input on), or a geometric spread from the first group to the last. */
export type Rates = number | readonly number[] | RateSpread

export interface RateSpread {
  /** Of the first group. Absent: a tenth of `to` for all groups but the last, as fastai's `slice(to)`. */
  readonly from?: number | undefined
  /** Of the last group. */
  readonly to: number
}

/** What the head's tensors are called beside the trunk's. */
const prefix = 'head.'

/** fastai's `slice(rate)`: the trunk learns at this part of it. */
const trunkShare = 0.1

export function headName(name: string): string {
  return prefix + name
}

/**
 * The parts of a network that can learn at rates of their own, from the input on: those of the trunk, then the new head.
 * What a backbone calls its head (layers between its last stage and its old classifier) is pretrained like the stage
 * before, and so belongs to that.
 */
export function layerGroups(
  { groups }: Pick<Backbone, 'groups'>,
  head: Pick<Head, 'parameters'>,
): LayerGroup[] {
  const own = { name: 'head', parameters: head.parameters.map(({ name }) => headName(name)) }
  const top = groups.at(-1)
  if (groups.length < 2 || top?.name !== 'head') return [...groups, own]
  const before = groups[groups.length - 2]
  const joined = { name: before.name, parameters: [...before.parameters, ...top.parameters] }
  return [...groups.slice(0, -2), joined, own]
}

/** All of a pretrained trunk as one group, and the new head as another. */
export function trunkAndHead(
  { groups }: Pick<Backbone, 'groups'>,
  head: Pick<Head, 'parameters'>,
): [LayerGroup, LayerGroup] {
  return [
    { name: 'trunk', parameters: groups.flatMap(({ parameters }) => parameters) },
    { name: 'head', parameters: head.parameters.map(({ name }) => headName(name)) },
  ]
}

/** A group's number, given that or its name; negative numbers count from the end. Throws `usage` for any other. */
export function groupNumber(group: number | string, groups: readonly LayerGroup[]): number {
  const names = groups.map(({ name }) => name)
  const at = typeof group === 'string' ? names.indexOf(group) : group < 0 ? names.length + group : group
  if (Number.isInteger(at) && at >= 0 && at < names.length) return at
  throw argumentError('group', `one of ${names.join(', ')}, or its number`, group)
}

/**
 * The rate of each group.
 * Throws `usage` for a wrong number of rates, a rate below 0, or no rate above 0.
 */
export function ratesOf(rates: Rates, groups: readonly LayerGroup[]): number[] {
  const list = listOf(rates, groups.length)
  if (list.length !== groups.length)
    throw argumentError(
      'rate',
      `one rate, or ${groups.length}: for ${groups.map(({ name }) => name).join(', ')}`,
      list,
    )
  if (!list.every(rate => rate >= 0 && Number.isFinite(rate)) || !list.some(rate => rate > 0))
    throw argumentError('rate', 'a learning rate above 0', rates)
  return list
}

/** How a schedule is called: its rates in words. */
export function rateText(rates: readonly number[]): string {
  return new Set(rates).size === 1
    ? String(rates[0])
    : rates.map(rate => Number(rate.toPrecision(3))).join(', ')
}

function listOf(rates: Rates, count: number): number[] {
  if (typeof rates === 'number') return new Array<number>(count).fill(rates)
  if (!('to' in rates)) return [...rates]
  const { from, to } = rates
  if (!(to > 0) || (from !== undefined && !(from > 0)))
    throw argumentError('rate', 'a spread { from, to } of rates above 0', rates)
  if (count === 1) return [to]
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return to
    return from === undefined ? to * trunkShare : from * (to / from) ** (i / (count - 1))
  })
}
