import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChiquitoError } from '../../core/index.js'
import { readPickle } from './pickle.js'
import { PickleStandIn } from './pickle-values.js'
import { type TorchStorage, torchRules } from './torch.js'

// Pickles written by hand, an instruction at a time.
const u32 = (n: number) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255]
const ascii = (s: string) => [...new TextEncoder().encode(s)]
const text = (s: string) => [0x58, ...u32(ascii(s).length), ...ascii(s)]
const global = (module: string, name: string) => [0x63, ...ascii(`${module}\n${name}\n`)]
const int = (n: number) => [0x4a, ...u32(n)]
const tuple = (...items: number[][]) => [0x28, ...items.flat(), 0x74]
const program = (...parts: number[][]) => Uint8Array.from([0x80, 2, ...parts.flat(), 0x2e])
const storage = (length: number, type = 'FloatStorage') => [
  ...tuple(text('storage'), global('torch', type), text('0'), text('cpu'), int(length)),
  0x51,
]
const tensor = (length: number, offset: number, shape: number[], strides: number[]) => [
  ...global('torch._utils', '_rebuild_tensor_v2'),
  ...tuple(
    storage(length),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    [0x89],
    [0x4e],
  ),
  0x52,
]

const run = (...parts: number[][]) => readPickle(program(...parts), 0, torchRules).value

describe('the restricted pickle machine', () => {
  it('builds what a state dict is made of', () => {
    const value = run(
      [...global('collections', 'OrderedDict'), 0x29, 0x52, 0x71, 0],
      [0x28, ...text('weight'), ...tensor(6, 0, [2, 3], [3, 1]), 0x75],
      [0x7d, ...text('_metadata'), 0x68, 0, 0x73, 0x62],
    )
    expect(value).toBeInstanceOf(Map)
    const made = value instanceof Map ? value.get('weight') : undefined
    const over: TorchStorage = { kind: 'storage', dtype: 'float32', key: '0', length: 6 }
    expect(made).toEqual({ kind: 'tensor', storage: over, offset: 0, shape: [2, 3], strides: [3, 1] })
  })

  it('reads numbers of every width', () => {
    const value = run(
      [0x5d, 0x28, 0x4b, 200, 0x4d, 0, 1, ...int(-5), 0x8a, 1, 0xff, 0x8a, 0],
      [0x47, ...[0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 0x65],
    )
    expect(value).toEqual([200, 256, -5, -1n, 0n, 1.5])
  })

  it.each([
    ['a system call', [...global('os', 'system'), ...text('true'), 0x85, 0x52], /"os\.system"/],
    ['the same by its real name', [...global('posix', 'system')], /"posix\.system"/],
    ['eval', [...global('__builtin__', 'eval')], /"__builtin__\.eval"/],
    [
      'a dotted path through an allowed module',
      [...global('torch._utils', 'os.system')],
      /"torch\._utils\.os\.system"/,
    ],
    ['calling a class of storages', [...global('torch', 'FloatStorage'), 0x29, 0x52], /not a function/],
    ['calling a tensor', [...tensor(1, 0, [1], [1]), 0x29, 0x52], /calls something that is not a function/],
    ['the same by STACK_GLOBAL', [...text('os'), ...text('system'), 0x93], /"os\.system"/],
    ['STACK_GLOBAL of numbers', [...int(1), ...int(2), 0x93], /name that is not text/],
    ['INST', [0x28, 0x69, ...ascii('os\nsystem\n')], /INST/],
    ['OBJ', [0x28, 0x6f], /OBJ/],
    ['an object of what is no class', [0x29, 0x29, 0x81], /calls something that is not a function/],
    ['exec', [...global('builtins', 'exec')], /"builtins\.exec"/],
    ['subprocess', [...global('subprocess', 'Popen')], /Do not load this file in Python either/],
    ['an extension code', [0x82, 1], /EXT1/],
    ['state set on something else', [0x29, 0x4e, 0x62], /state of something other/],
    [
      'a dictionary from arguments',
      [...global('collections', 'OrderedDict'), 0x4e, 0x85, 0x52],
      /from arguments/,
    ],
    ['a memo never stored', [0x6a, ...u32(0xffffffff)], /memo 4294967295/],
    ['an empty stack', [0x85], /empty stack/],
    ['a mark taken for a value', [0x28, 0x85], /empty stack/],
    ['values left over', [0x4e, 0x4e], /leaves values/],
    ['text longer than the file', [0x58, ...u32(0x7fffffff)], /cut off/],
    ['text that is not UTF-8', [0x58, ...u32(1), 0xff], /UTF-8/],
    ['a storage of an unknown type', storage(1, 'Foo'), /"torch\.Foo"/],
    ['a persistent id that is text', [...text('x'), 0x51], /not a storage/],
    ['an element past the end', tensor(6, 1, [2, 3], [3, 1]), /only 6 elements/],
    ['an offset past the end', tensor(6, 6, [1], [1]), /only 6 elements/],
    ['a negative offset', tensor(6, -1, [1], [1]), /offset/],
    ['a negative stride', tensor(6, 5, [3], [-1]), /strides/],
    ['a tensor larger than its storage', tensor(6, 0, [1000, 1000, 1000], [0, 0, 0]), /more elements than/],
    ['ranks that differ', tensor(6, 0, [2, 3], [1]), /ranks differ/],
    ['a rank without end', tensor(6, 0, new Array(17).fill(1), new Array(17).fill(1)), /rank 17/],
  ])('refuses %s', (_, code, message) => {
    expect(() => run(code)).toThrow(message)
    expect(() => run(code)).toThrow(/nothing in it was run/)
  })

  it('keeps a huge memo index cheap', () => {
    expect(run([0x4b, 7, 0x72, ...u32(0xfffffffe), 0x6a, ...u32(0xfffffffe), 0x85, 0x86])).toMatchObject({
      items: [7, { items: [7] }],
    })
  })

  it('bears lists that hold themselves, and each other without end', () => {
    const itself = run([0x5d, 0x71, 0, 0x68, 0, 0x61])
    expect(Array.isArray(itself) && itself[0]).toBe(itself)
    const inward = new Array(100_000).fill(0x5d)
    const outward = new Array(99_999).fill(0x61)
    expect(run(inward, outward)).toHaveLength(1)
  })

  it('survives any program of its instructions', () => {
    const instruction = fc.oneof(
      fc
        .constantFrom(
          ...[
            0x28, 0x4e, 0x88, 0x7d, 0x5d, 0x29, 0x74, 0x85, 0x86, 0x87, 0x61, 0x65, 0x73, 0x75, 0x51, 0x52,
            0x62,
          ],
        )
        .map(code => [code]),
      fc.constantFrom(0x81, 0x92, 0x93, 0x94, 0x8f, 0x90, 0x91, 0x30, 0x31, 0x32).map(code => [code]),
      fc.tuple(fc.constantFrom(0x71, 0x68, 0x4b, 0x43, 0x55, 0x8c), fc.nat(3)),
      fc.constantFrom(text('storage'), text('a'), tensor(6, 0, [2, 3], [3, 1]), tensor(6, 1, [3, 2], [1, 2])),
      fc.constantFrom(
        global('collections', 'OrderedDict'),
        global('a', 'b'),
        global('torch', 'FloatStorage'),
        int(-1),
      ),
      fc.uint8Array({ maxLength: 3 }).map(bytes => [...bytes]),
    )
    const outcomes = { read: 0, refused: 0 }
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 25 }), parts => {
        try {
          run(...parts)
          outcomes.read++
        } catch (error) {
          expect(error).toBeInstanceOf(ChiquitoError)
          outcomes.refused++
        }
      }),
      { numRuns: 3000, seed: 1 },
    )
    expect(outcomes.read).toBeGreaterThan(20)
    expect(outcomes.refused).toBeGreaterThan(1000)
  })

  it('reads later protocols, and no others', () => {
    const named = [0x8c, 1, 0x61, 0x94, 0x8c, 1, 0x62, 0x94, 0x93]
    const frame = [0x95, 3, 0, 0, 0, 0, 0, 0, 0]
    const { value } = readPickle(
      Uint8Array.from([0x80, 4, ...frame, ...named, 0x29, 0x81, 0x2e]),
      0,
      torchRules,
    )
    expect(value).toMatchObject({ kind: 'stand-in', name: 'a b' })
    for (const version of [0, 1, 6])
      expect(() => readPickle(Uint8Array.of(0x80, version, 0x4e, 0x2e), 0, torchRules)).toThrow(
        `protocol ${version}; 2 to 5 are read`,
      )
  })

  it('lets an unknown name stand for an object that does nothing, whatever is done with it', () => {
    const value = run(
      [...global('argparse', 'Namespace'), 0x29, 0x52, 0x71, 0],
      [0x7d, ...text('lr'), 0x4b, 3, 0x73, 0x62],
      [...text('key'), 0x4b, 1, 0x73, 0x4b, 2, 0x61],
    )
    expect(value).toBeInstanceOf(PickleStandIn)
    if (!(value instanceof PickleStandIn)) return
    expect([...value.state, ...value.items]).toEqual([
      ['lr', 3],
      ['key', 1],
      [1, 2],
    ])
    // Called, it is another that does nothing.
    expect(run([...global('a', 'b'), 0x29, 0x52, 0x29, 0x52])).toBeInstanceOf(PickleStandIn)
  })

  it('stops at its limits', () => {
    expect(() => run(new Array(2 ** 19).fill(0x7d))).toThrow(
      /more than 500000 tuples, lists and dictionaries/,
    )
    expect(() => run(new Array(2 ** 24).fill(0x4e))).toThrow(/more than 16777216 bytes/)
    expect(() => run([0x8b, ...u32(5000), ...new Array(5000).fill(0)])).toThrow(/whole number of 5000 bytes/)
  })
})
