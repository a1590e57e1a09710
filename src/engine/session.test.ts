import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  ChiquitoError,
  type DType,
  float32,
  fromHalf,
  int64,
  type Tensor,
  toHalf,
  uint8,
} from '../core/index.js'
import { GraphBuilder, type Model, model, writeModel } from '../onnx/index.js'
import { openSessions, Session, type SessionOptions } from './index.js'

const one: SessionOptions = { threads: 1 }

/** sum = a + b and double = 2 a, over [rows, 3]. */
function sums(dtype: DType = 'float32'): Model {
  const builder = new GraphBuilder('sums')
  const a = builder.input('a', dtype, ['rows', 3])
  const b = builder.input('b', dtype, ['rows', 3])
  builder.output(builder.op('Add', [a, b]), 'sum')
  builder.output(builder.op('Add', [a, a]), 'double')
  return model(builder.build())
}

const a = float32([1, 2, 3, 4, 5, 6], [2, 3])
const b = float32([10, 20, 30, 40, 50, 60], [2, 3])

const opened: Session[] = []
async function open(...args: Parameters<typeof Session.open>): Promise<Session> {
  const session = await Session.open(...args)
  opened.push(session)
  return session
}
afterEach(async () => {
  for (const session of opened.splice(0)) await session.close()
})

async function failure(work: Promise<unknown>): Promise<ChiquitoError> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (error instanceof ChiquitoError) return error
  throw new Error(`expected a ChiquitoError, got ${error}`)
}

describe('Session', () => {
  it('says what goes in and comes out', async () => {
    const session = await open(sums(), one)
    expect([...session.inputs]).toEqual([
      ['a', { dtype: 'float32', shape: ['rows', 3] }],
      ['b', { dtype: 'float32', shape: ['rows', 3] }],
    ])
    expect([...session.outputs.keys()]).toEqual(['sum', 'double'])
    expect(session.device).toBe('cpu')
  })

  it('opens a model built here, the bytes of a file, and a path, to the same effect', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'chiquito-session-'))
    const file = path.join(folder, 'with spaces ü.onnx')
    writeFileSync(file, writeModel(sums()))
    for (const source of [sums(), writeModel(sums()), file]) {
      const session = await open(source, one)
      const { sum, double } = await session.run({ a, b })
      expect(sum).toEqual(float32([11, 22, 33, 44, 55, 66], [2, 3]))
      expect(double).toEqual(float32([2, 4, 6, 8, 10, 12], [2, 3]))
    }
    rmSync(folder, { recursive: true })
  })

  it('gives only the outputs asked for, each its own memory', async () => {
    const session = await open(sums(), one)
    const first = await session.run({ a, b }, ['sum'])
    expect(Object.keys(first)).toEqual(['sum'])
    await session.run({ a, b: a })
    expect(first.sum.data).toEqual(Float32Array.of(11, 22, 33, 44, 55, 66))
  })

  it.each<[DType, Tensor['data'], Tensor['data']]>([
    ['float64', Float64Array.of(0.1, 0.2, 0.3), Float64Array.of(0.2, 0.4, 0.6)],
    ['float16', Uint16Array.from([1, 2, -3], toHalf), Uint16Array.from([2, 4, -6], toHalf)],
    ['int64', BigInt64Array.of(2n ** 53n + 1n, -1n, 0n), BigInt64Array.of(2n ** 54n + 2n, -2n, 0n)],
    ['int32', Int32Array.of(1, -2, 3), Int32Array.of(2, -4, 6)],
    ['uint64', BigUint64Array.of(2n ** 62n, 1n, 0n), BigUint64Array.of(2n ** 63n, 2n, 0n)],
    ['uint32', Uint32Array.of(2 ** 31 - 1, 1, 0), Uint32Array.of(2 ** 32 - 2, 2, 0)],
  ])('feeds and returns %s unchanged', async (dtype, data, doubled) => {
    const session = await open(sums(dtype), one)
    const fed = tensorOf(dtype, data)
    const { double } = await session.run({ a: fed, b: fed })
    expect(double).toEqual(tensorOf(dtype, doubled))
    expect(double.data.constructor).toBe(data.constructor)
  })

  it.each<[DType, Tensor['data']]>([
    ['bool', Uint8Array.of(1, 0, 1)],
    ['uint8', Uint8Array.of(0, 127, 255)],
    ['int8', Int8Array.of(-128, 0, 127)],
    ['uint16', Uint16Array.of(0, 1, 65535)],
    ['int16', Int16Array.of(-32768, 0, 32767)],
    ['float16', Uint16Array.from([0.5, -65504, Number.POSITIVE_INFINITY], toHalf)],
  ])('passes %s through', async (dtype, data) => {
    const builder = new GraphBuilder('same')
    builder.output(builder.op('Identity', [builder.input('x', dtype, [1, 3])]), 'y')
    const session = await open(model(builder.build()), one)
    const fed = tensorOf(dtype, data)
    const { y } = await session.run({ x: fed })
    expect(y).toEqual(fed)
  })

  it('reads 16-bit floats as their bits', async () => {
    const builder = new GraphBuilder('halves')
    builder.output(builder.op('Cast', [builder.input('x', 'float32', [2])], { to: 'float16' }), 'y')
    const { y } = await (await open(model(builder.build()), one)).run({ x: float32([1.5, -2]) })
    expect(y.dtype === 'float16' && Array.from(y.data, fromHalf)).toEqual([1.5, -2])
  })

  it('gives the same bits every time, with one thread or two', async () => {
    const builder = new GraphBuilder('product')
    const x = builder.input('x', 'float32', [64, 300])
    const w = builder.input('w', 'float32', [300, 70])
    builder.output(builder.op('Softmax', [builder.op('MatMul', [x, w])]), 'y')
    const wave = (count: number, step: number) =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(i * step))
    const feeds = { x: float32(wave(64 * 300, 0.7), [64, 300]), w: float32(wave(300 * 70, 1.3), [300, 70]) }
    for (const threads of [1, 2]) {
      const first = await (await open(model(builder.build()), { threads })).run(feeds)
      const second = await (await open(model(builder.build()), { threads })).run(feeds)
      expect(second.y.data).toEqual(first.y.data)
      for (let i = 0; i < 20; i++)
        expect((await opened[opened.length - 1].run(feeds)).y.data).toEqual(first.y.data)
    }
  })
})

describe('Session.runInto', () => {
  it('writes results into memory given, among others a part of a larger buffer', async () => {
    const session = await open(sums(), one)
    const whole = new Float32Array(10).fill(-1)
    await session.runInto({ a, b }, { sum: float32(whole.subarray(2, 8), [2, 3]) })
    expect([...whole]).toEqual([-1, -1, 11, 22, 33, 44, 55, 66, -1, -1])
  })

  it('feeds results back with two sets of tensors', async () => {
    const session = await open(sums(), one)
    let [from, to] = [float32(a.data.slice(), [2, 3]), float32(new Float32Array(6), [2, 3])]
    for (let step = 0; step < 5; step++) {
      await session.runInto({ a: from, b }, { sum: to })
      ;[from, to] = [to, from]
    }
    expect([...from.data]).toEqual([51, 102, 153, 204, 255, 306])
  })

  it('refuses memory that is fed and fetched, or fetched twice', async () => {
    const session = await open(sums(), one)
    const buffer = new Float32Array(9)
    const [low, high] = [float32(buffer.subarray(0, 6), [2, 3]), float32(buffer.subarray(3, 9), [2, 3])]
    expect(await failure(session.runInto({ a, b }, { sum: a }))).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/^Output sum of sums is to be written into memory of input a\. .*swap/),
    })
    expect((await failure(session.runInto({ a: low, b }, { sum: high }))).message).toMatch(
      /memory of input a/,
    )
    expect((await failure(session.runInto({ a, b }, { sum: low, double: high }))).message).toMatch(
      /memory of output sum/,
    )
    await session.runInto(
      { a: float32(buffer.subarray(0, 3), [1, 3]), b: float32([1, 1, 1], [1, 3]) },
      {
        sum: float32(buffer.subarray(3, 6), [1, 3]),
      },
    )
  })

  it('refuses a place of the wrong shape or type, naming the output', async () => {
    const session = await open(sums(), one)
    const small = float32(new Float32Array(3), [1, 3])
    expect((await failure(session.runInto({ a, b }, { sum: small }))).message).toMatch(
      /output sum of sums must be float32 \[rows, 3\], but is float32 \[1, 3\] where rows is 2 as in a/,
    )
    expect(
      (await failure(session.runInto({ a, b }, { sum: int64(new Array(6).fill(0), [2, 3]) }))).message,
    ).toMatch(/must be float32 .* but is int64/)
    expect((await failure(session.runInto({ a, b }, { total: small }))).message).toMatch(
      /no output total; .*sum, double/,
    )
  })
})

describe('wrong feeds', () => {
  it.each<[string, Record<string, Tensor>, RegExp]>([
    ['a missing input', { a }, /sums needs its input b float32 \[rows, 3\], which is not given/],
    ['an input too many', { a, b, c: a }, /sums has no input c; its inputs are a, b/],
    [
      'a wrong type',
      { a, b: uint8(new Uint8Array(6), [2, 3]) },
      /input b of sums must be float32 \[rows, 3\], but is uint8 \[2, 3\]/,
    ],
    ['a wrong rank', { a, b: float32([1, 2, 3]) }, /input b of sums must be .*, but is float32 \[3\]/],
    [
      'a wrong size',
      { a, b: float32([1, 2, 3, 4], [2, 2]) },
      /must be float32 \[rows, 3\], but is float32 \[2, 2\]/,
    ],
    [
      'sizes that disagree',
      { a, b: float32([1, 2, 3], [1, 3]) },
      /but is float32 \[1, 3\] where rows is 2 as in a/,
    ],
    ['a shape that does not fit its data', { a, b: { ...b, shape: [4, 3] } }, /\[4, 3\] with 6 elements/],
    ['bfloat16', { a, b: { dtype: 'bfloat16', shape: [2, 3], data: new Uint16Array(6) } }, /but is bfloat16/],
  ])('are refused by name: %s', async (_, feeds, message) => {
    const session = await open(sums(), one)
    expect(await failure(session.run(feeds))).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(message),
    })
  })

  it('an output that is not there', async () => {
    const session = await open(sums(), one)
    expect((await failure(session.run({ a, b }, ['product']))).message).toMatch(
      /sums has no output product; .*sum, double/,
    )
  })

  it('what only the runtime can know', async () => {
    const builder = new GraphBuilder('pick')
    const x = builder.input('x', 'float32', [4])
    builder.output(builder.op('Gather', [x, builder.input('i', 'int64', ['n'])]), 'y')
    const session = await open(model(builder.build()), one)
    const error = await failure(session.run({ x: float32([1, 2, 3, 4]), i: int64([9]) }))
    expect(error).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(/^pick failed to run: Gather .*9/),
    })
    expect(error.message).not.toMatch(/onnxruntime_src/)
  })
})

describe('wrong models and options', () => {
  it.each<[string, Uint8Array | string, RegExp]>([
    ['nothing', new Uint8Array(0), /^bad\.onnx cannot be run: it is empty/],
    ['text', new TextEncoder().encode('hello'), /^bad\.onnx cannot be run: .*protobuf parsing failed/],
    ['half a file', writeModel(sums()).subarray(0, 100), /^bad\.onnx cannot be run/],
    ['no file', path.join(tmpdir(), 'nowhere', 'x.onnx'), /^bad\.onnx cannot be run: .*x\.onnx/],
  ])('are refused with their name: %s', async (_, bytes, message) => {
    const before = openSessions()
    const error = await failure(Session.open(bytes, { ...one, name: 'bad.onnx' }))
    expect(error).toMatchObject({ code: 'model', message: expect.stringMatching(message) })
    expect(openSessions()).toBe(before)
  })

  it.each([0, -1, 1.5, 5000, Number.NaN])('refuses %d threads', async threads => {
    expect(await failure(Session.open(sums(), { threads }))).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^threads must be a whole number from 1 to 1024/),
    })
  })

  it('refuses to run once closed, but closes twice', async () => {
    const before = openSessions()
    const session = await Session.open(sums(), one)
    expect(openSessions()).toBe(before + 1)
    await session.close()
    await session.close()
    expect(openSessions()).toBe(before)
    expect((await failure(session.run({ a, b }))).message).toMatch(/^sums was closed/)
  })
})

function tensorOf(dtype: DType, data: Tensor['data']): Tensor {
  const shape = [1, 3]
  if (dtype === 'float64' && data instanceof Float64Array) return { dtype, shape, data }
  if (dtype === 'int64' && data instanceof BigInt64Array) return { dtype, shape, data }
  if (dtype === 'uint64' && data instanceof BigUint64Array) return { dtype, shape, data }
  if (dtype === 'int32' && data instanceof Int32Array) return { dtype, shape, data }
  if (dtype === 'uint32' && data instanceof Uint32Array) return { dtype, shape, data }
  if (dtype === 'int16' && data instanceof Int16Array) return { dtype, shape, data }
  if (dtype === 'int8' && data instanceof Int8Array) return { dtype, shape, data }
  if ((dtype === 'float16' || dtype === 'uint16') && data instanceof Uint16Array)
    return { dtype, shape, data }
  if ((dtype === 'uint8' || dtype === 'bool') && data instanceof Uint8Array) return { dtype, shape, data }
  throw new Error(`no tensor of ${dtype} over ${data.constructor.name}`)
}
