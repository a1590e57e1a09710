import { describe, expect, it } from 'vitest'
import { ChiquitoError } from '../core/index.js'
import { choice, decimal, decimals, integer, time } from './options.js'

describe('option values', () => {
  it('reads whole numbers', () => {
    expect(integer('--seed', { min: 0 })('42')).toBe(42)
    expect(integer('--seed')('-3')).toBe(-3)
  })

  it.each(['', ' 7', '1.5', '1e3', '0x10', 'seven', 'NaN', '9007199254740993', '-1'])(
    'refuses %j as a whole number of 0 or more',
    text => {
      expect(() => integer('--seed', { min: 0 })(text)).toThrow(ChiquitoError)
    },
  )

  it('reads decimal numbers', () => {
    const rate = decimal('--rate', { min: 0, max: 1 })
    expect([rate('0.01'), rate('1e-3'), rate('.5'), rate('1')]).toEqual([0.01, 0.001, 0.5, 1])
  })

  it.each(['', 'Infinity', 'NaN', '0x1', '1,5', '1e999', '-0.1', '1.1'])(
    'refuses %j as a number from 0 to 1',
    text => {
      expect(() => decimal('--rate', { min: 0, max: 1 })(text)).toThrow(ChiquitoError)
    },
  )

  it('reads times, in seconds', () => {
    const texts = ['90', '30s', '2min', '1h', '1.5 h', '1h30min', '2MIN 5s', '0.1s', '1e3']
    expect(texts.map(time('--budget'))).toEqual([90, 30, 120, 3600, 5400, 5400, 125, 0.1, 1000])
  })

  it('reads lists of numbers', () => {
    expect(decimals('--rates')('1e-4, 1e-3,0.01')).toEqual([1e-4, 1e-3, 0.01])
    expect(() => decimals('--rates')('1,,2')).toThrow('--rates must be numbers, separated by commas')
  })

  it('reads one of a few words', () => {
    const recipe = choice('--recipe', ['auto', 'fastai-2018'])
    expect(recipe('auto')).toBe('auto')
    expect(() => recipe('Auto')).toThrow('--recipe must be auto or fastai-2018, but is "Auto".')
    expect(() => choice('--only', ['this'])('that')).toThrow('--only must be this, but is "that".')
  })

  it('names the option, the range and what came', () => {
    const fails = (range: Parameters<typeof integer>[1]) => expect(() => integer('--n', range)('x'))
    fails({ min: 1, max: 9 }).toThrow('--n must be a whole number from 1 to 9, but is "x".')
    fails({ min: 1 }).toThrow('--n must be a whole number, 1 or more, but is "x".')
    fails({ max: 9 }).toThrow('--n must be a whole number, 9 or less, but is "x".')
    fails({}).toThrow('--n must be a whole number, but is "x".')
    fails({}).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
