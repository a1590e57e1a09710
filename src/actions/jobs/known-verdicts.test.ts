import { expect, it } from 'vitest'
import { KnownVerdicts } from './known-verdicts.js'

it('keeps those asked for last, within its room', () => {
  // Each takes 200 characters beside its own ten.
  const known = new KnownVerdicts(3 * 210)
  const verdict = (name: string) => name.padEnd(10, '.')
  for (const name of ['a', 'b', 'c']) known.put(name, verdict(name))
  expect(known.get('a')).toBe(verdict('a'))
  known.put('d', verdict('d'))
  expect(['a', 'b', 'c', 'd'].map(name => known.get(name) !== undefined)).toEqual([true, false, true, true])
  // What comes again takes its room once.
  for (let i = 0; i < 9; i++) known.put('c', verdict('c'))
  expect(known.get('a')).toBe(verdict('a'))
  known.put('large', 'x'.repeat(1000))
  expect(['a', 'c', 'd', 'large'].map(name => known.get(name))).toEqual(Array(4).fill(undefined))
})
