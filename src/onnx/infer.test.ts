import { describe, expect, it } from 'vitest'
import { inferTypes, parseGraph } from './index.js'
import { showType } from './infer.js'

/** What is inferred for the value y of a graph of these lines. */
function typeOfY(lines: string, opset?: number): string {
  const graph = inferTypes(parseGraph(`graph g\n${lines}\nend = Shape(y)\noutput end: int64`), opset)
  const type = graph.types.get('y')
  return type ? showType(type) : 'unknown'
}

const image = 'input x: float32[batch, 3, height, width]'

describe('inferTypes', () => {
  it.each([
    ['y = Relu(x)', 'float32[batch, 3, height, width]'],
    ['y = GlobalAveragePool(x)', 'float32[batch, 3, 1, 1]'],
    [
      'weight w: float32[8, 3, 3, 3] {…}\ny = Conv(x, w) pads=[1, 1, 1, 1]',
      'float32[batch, 8, height, width]',
    ],
    ['weight w: float32[8, 3, 3, 3] {…}\ny = Conv(x, w)', 'float32[batch, 8, height - 2, width - 2]'],
    [
      'weight w: float32[8, 3, 3, 3] {…}\ny = Conv(x, w) auto_pad="SAME_UPPER" strides=[2, 2]',
      'float32[batch, 8, floor((height + 1) / 2), floor((width + 1) / 2)]',
    ],
    [
      'weight w: float32[3, 8, 2, 2] {…}\ny = ConvTranspose(x, w) strides=[2, 2]',
      'float32[batch, 8, 2 * height, 2 * width]',
    ],
    [
      'p = MaxPool(x) kernel_shape=[2, 2] strides=[2, 2]\ny = MaxPool(p) kernel_shape=[2, 2] strides=[2, 2]',
      'float32[batch, 3, floor(height / 4), floor(width / 4)]',
    ],
    ['y = Flatten(x)', 'float32[batch, 3 * height * width]'],
    ['weight s: int64[2] {0, -1}\ny = Reshape(x, s)', 'float32[batch, 3 * height * width]'],
    ['weight s: int64[3] {-1, 3, 7}\ny = Reshape(x, s)', 'float32[y.0, 3, 7]'],
    ['y = Concat(x, x) axis=-1', 'float32[batch, 3, height, 2 * width]'],
    ['y = Transpose(x) perm=[0, 2, 3, 1]', 'float32[batch, height, width, 3]'],
    ['weight a: int64[2] {2, 3}\ny = ReduceMean(x, a) keepdims=0', 'float32[batch, 3]'],
    ['y = ReduceSum(x)', 'float32[1, 1, 1, 1]'],
    ['y = Cast(x) to=7', 'int64[batch, 3, height, width]'],
    ['y = ArgMax(x) axis=1 keepdims=0', 'int64[batch, height, width]'],
    [
      'y = DepthToSpace(d) blocksize=2\ninput d: float32[batch, 8, 5, width]',
      'float32[batch, 2, 10, 2 * width]',
    ],
    ['weight r: int64[4] {1, 1, 2, 2}\ny = Tile(x, r)', 'float32[batch, 3, 2 * height, 2 * width]'],
    [
      'weight p: int64[8] {0, 0, 1, 1, 0, 0, 1, 1}\ny = Pad(x, p)',
      'float32[batch, 3, height + 2, width + 2]',
    ],
    [
      'weight v: int64[4] {1, 0, 1, 1}\nweight e: int64[4] {9223372036854775807, 3, 9223372036854775807, -1}\ny = Slice(x, v, e)',
      'float32[batch - 1, 3, height - 1, y.3]',
    ],
  ])('works with names: %s', (lines, expected) => {
    expect(typeOfY(`${image}\n${lines}`)).toBe(expected)
  })

  it.each([
    ['-9, -1', 0],
    ['9, -9', 5],
    ['-9, -9', 1],
    ['2, 9', 0],
  ])('slices backwards from no further than the first element: %s', (bounds, count) => {
    const [start, end] = bounds.split(', ')
    const lines = `input x: float32[5]\nweight s: int64[1] {${start}}\nweight e: int64[1] {${end}}
weight a: int64[1] {0}\nweight t: int64[1] {-1}\ny = Slice(x, s, e, a, t)`
    expect(typeOfY(lines)).toBe(`float32[${count}]`)
  })

  it.each([
    [
      'a table of rows and columns',
      'weight a: int64[3, 1] {1, 2, 3}\nweight b: int64[1, 3] {1, 1, 1}\ns = Add(a, b)',
      'float32[2, 2, 2, 3, 3, 3, 4, 4, 4]',
    ],
    [
      'one number of a higher rank',
      'weight a: int64[1, 1] {2}\nweight b: int64[2] {1, 2}\ns = Mul(a, b)',
      'float32[2, 4]',
    ],
    [
      'a choice',
      'weight c: bool[2, 1] {true, false}\nweight a: int64[2] {2, 3}\nweight b: int64[1] {4}\ns = Where(c, a, b)',
      'float32[2, 3, 4, 4]',
    ],
    [
      'truth of a number',
      'weight a: float32[2] {0.5, 0}\nt = Cast(a) to=9\ns = Cast(t) to=7',
      'float32[1, 0]',
    ],
  ])('follows sizes through %s', (_, lines, expected) => {
    const end = 'weight flat: int64[1] {-1}\nf = Reshape(s, flat)\ny = ConstantOfShape(f)'
    expect(typeOfY(`${lines}\n${end}`)).toBe(expected)
  })

  it('sees that two ways of halving agree', () => {
    const lines = `${image}
weight w: float32[3, 3, 3, 3] {…}
weight v: float32[3, 3, 1, 1] {…}
a = Conv(x, w) pads=[1, 1, 1, 1] strides=[2, 2]
b = Conv(x, v) strides=[2, 2]
y = Add(a, b)`
    expect(typeOfY(lines)).toBe('float32[batch, 3, floor((height + 1) / 2), floor((width + 1) / 2)]')
  })

  it('says nothing of sizes that two different names may have', () => {
    expect(typeOfY('input a: float32[n]\ninput b: float32[m]\ny = Add(a, b)')).toBe('float32[y.0]')
  })

  it.each([
    // Flatten as exporters write it.
    [
      `s = Shape(x)
i = Constant() value=int64[] {0}
n = Gather(s, i)
zero = Constant() value=int64[1] {0}
u = Unsqueeze(n, zero)
rest = Constant() value=int64[1] {-1}
c = Concat(u, rest) axis=0
y = Reshape(x, c)`,
      'float32[batch, 3 * height * width]',
    ],
    // Twice the size, through floats.
    [
      `s = Shape(x) start=2
f = Cast(s) to=1
two = Constant() value=float32[] {2.0}
t = Mul(f, two)
r = Floor(t)
w = Cast(r) to=7
front = Constant() value=int64[2] {1, 3}
c = Concat(front, w) axis=0
v = ConstantOfShape(c)
y = Identity(v)`,
      'float32[1, 3, 2 * height, 2 * width]',
    ],
    // A class token repeated for the batch: -1 keeps a size.
    [
      `token = Constant() value=float32[1, 1, 2] {1.0, 2.0}
s = Shape(x) end=1
ones = Constant() value=int64[2] {-1, -1}
c = Concat(s, ones) axis=0
l = Constant() value=int64[1] {3}
k = ConstantOfShape(l) value=int64[1] {1}
minus = Constant() value=int64[] {-1}
n = Mul(k, minus)
e = Equal(c, n)
to = Where(e, k, c)
y = Expand(token, to)`,
      'float32[batch, 1, 2]',
    ],
    // Half of the channels, by arithmetic.
    [
      `s = Shape(x)
i = Constant() value=int64[1] {1}
c = Gather(s, i)
one = Constant() value=int64[1] {1}
m = Add(c, one)
two = Constant() value=int64[1] {2}
half = Div(m, two)
start = Constant() value=int64[1] {0}
y = Slice(x, start, half, one)`,
      'float32[batch, 2, height, width]',
    ],
  ])('follows sizes through nodes', (lines, expected) => {
    expect(typeOfY(`${image}\n${lines}`)).toBe(expected)
  })

  it.each([
    ['Upsample(z, scales)', 9],
    ['Resize(z, none, scales)', 13],
  ])('follows scales that the graph computes from sizes through %s', (resized, opset) => {
    const lines = `input z: float32[batch, 3, 4, 5]
size = Shape(z)
both = Constant() value=int64[2] {2, 3}
small = Gather(size, both)
from = Cast(small) to=1
to = Constant() value=float32[2] {8.0, 15.0}
up = Div(to, from)
ones = Constant() value=float32[2] {1.0, 1.0}
scales = Concat(ones, up) axis=0
weight none: float32[0] {}
y = ${resized}`
    expect(typeOfY(lines, opset)).toBe('float32[batch, 3, 8, 15]')
  })

  it('is not led into endless work by absurd sizes', () => {
    const many = Array.from({ length: 2000 }, () => 's').join(', ')
    expect(
      typeOfY(
        'input x: float32[4503599627370496]\nweight a: int64[1] {0}\nweight e: int64[1] {-1}\ny = Slice(x, a, e)',
      ),
    ).toBe('float32[4503599627370495]')
    expect(typeOfY('input x: float32[2]\ninput s: int64[4503599627370496]\ny = Reshape(x, s)')).toBe(
      'float32',
    )
    expect(typeOfY(`input x: float32[2, 2]\ns = Shape(x)\nc = Concat(${many}) axis=0\ny = Relu(c)`)).toBe(
      'int64[4000]',
    )
    const nested = `${'('.repeat(50_000)}a + b${')'.repeat(50_000)}`
    expect(typeOfY(`input x: float32["${nested}"]\ny = Concat(x, x) axis=0`)).toBe('float32[y.0]')
  })

  it('refuses sizes that cannot be', () => {
    expect(() => typeOfY('input x: float32[6]\nweight s: int64[2] {-2, -3}\ny = Reshape(x, s)')).toThrow(
      /\[-2, -3\]/,
    )
    expect(() => typeOfY('weight s: int64[1] {-5}\ny = ConstantOfShape(s)')).toThrow(
      /Node y .* would be \[-5\]/,
    )
  })

  it('reads attributes where older operator sets had them', () => {
    expect(typeOfY(`${image}\ny = ReduceMean(x) axes=[2, 3] keepdims=0`, 13)).toBe('float32[batch, 3]')
    expect(typeOfY('input x: float32[2, 1, 3]\ny = Squeeze(x) axes=[1]', 11)).toBe('float32[2, 3]')
    expect(typeOfY(`${image}\ny = Slice(x) axes=[1] starts=[0] ends=[2]`, 9)).toBe(
      'float32[batch, 2, height, width]',
    )
    expect(typeOfY('input x: float32[5, 2]\ny, z = Split(x) split=[2, 3]', 11)).toBe('float32[2, 2]')
  })

  it('does not take the value of an input that has a default for a constant', () => {
    const lines = 'input x: float32[6]\ninput s: int64[2]\nweight s: int64[2] {2, 3}\ny = Reshape(x, s)'
    expect(typeOfY(lines)).toBe('float32[y.0, y.1]')
  })

  it('fills what it cannot know from what the graph declares, and keeps the names of outputs', () => {
    const graph = parseGraph(`graph g
input x: float32[batch, 4]
y: float32[batch, 9] = com.example:Magic(x)
z = Relu(y)
r = NonZero(z)
output z: float32[rows, 9]
output r: int64[2, found]`)
    const inferred = inferTypes(graph)
    expect(inferred.types.get('y')).toEqual({ dtype: 'float32', shape: ['batch', 9] })
    expect(inferred.outputs.get('z')).toEqual({ dtype: 'float32', shape: ['rows', 9] })
    expect(inferred.outputs.get('r')).toEqual({ dtype: 'int64', shape: [2, 'found'] })
  })

  it('says what holds in both branches', () => {
    const text = `input c: bool[]
input x: float32[2, 3]
y = If(c) then_branch={
  graph then
  t = Relu(x)
  output t: float32
} else_branch={
  graph else
  e = Concat(x, x) axis=0
  output e: float32
}`
    expect(typeOfY(text)).toBe('float32[y.0, 3]')
  })
})
