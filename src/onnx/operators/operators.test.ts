import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { attributeKind } from '../attributes.js'
import { defaultOpset } from '../opset.js'
import { type Formal, type Operator, operators } from './index.js'

type Arity = Formal['arity']
interface Schema {
  readonly since: number
  readonly attributes: Readonly<Record<string, readonly [string, boolean, unknown]>>
  readonly inputs: readonly Arity[]
  readonly outputs: readonly Arity[]
}

// Made by scripts/fixtures/onnx_schemas.py for operator set 21.
const file = new URL('../fixtures/schemas.fixture.json', import.meta.url)
const schemas: Readonly<Record<string, Schema>> = JSON.parse(readFileSync(file, 'utf8'))

const table = Object.entries<Operator>(operators).filter(([, { domain }]) => domain === '')

function attributesOf(operator: Operator): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(operator.attributes).map(([name, { kind, presence, fallback }]) => [
      name,
      [
        attributeKind(kind),
        presence === 'required',
        typeof fallback === 'number' ? Math.fround(fallback) : fallback,
      ],
    ]),
  )
}

function expectedAttributes(schema: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.attributes)
      // Sparse constants are refused when a model is read.
      .filter(([, [kind]]) => kind !== 'sparse tensor')
      .map(([name, [kind, required, fallback]]) => [
        name,
        [kind, required, typeof fallback === 'number' ? Math.fround(fallback) : (fallback ?? undefined)],
      ]),
  )
}

describe('the operator table', () => {
  it.each(table.filter(([, { until }]) => until > defaultOpset))(
    'has the attributes, defaults and arity of ONNX for %s',
    (name, operator) => {
      const schema = schemas[name]
      expect(schema, `${name} in operator set ${defaultOpset}`).toBeDefined()
      expect(attributesOf(operator)).toEqual(expectedAttributes(schema))
      expect(operator.inputs.map(({ arity }) => arity)).toEqual(schema.inputs)
      expect(operator.outputs.map(({ arity }) => arity).slice(0, schema.outputs.length)).toEqual(
        schema.outputs,
      )
    },
  )

  it('knows which operators ended before our operator set', () => {
    const ended = table.filter(([, { until }]) => until <= defaultOpset).map(([name]) => name)
    expect(ended.sort()).toEqual(['Scatter', 'Upsample'])
    for (const name of ended) expect(schemas[name]).toBeUndefined()
  })
})
