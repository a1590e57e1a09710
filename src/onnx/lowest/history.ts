// Written by scripts/operator-history.py from the schemas of onnx 1.23.2.

import type { DType } from '../../core/index.js'

/** What an operator takes since one operator set, and not before: itself, attributes, element types of inputs by position. */
export interface Gain {
  readonly since: number
  readonly isNew?: true
  readonly attributes?: readonly string[]
  readonly inputs?: Readonly<Record<number, readonly DType[]>>
}

/** Operators that gained something in operator sets 14 to 21. */
export const gains: Readonly<Record<string, readonly Gain[]>> = {
  Add: [
    {
      since: 14,
      inputs: { 0: ['int16', 'int8', 'uint16', 'uint8'], 1: ['int16', 'int8', 'uint16', 'uint8'] },
    },
  ],
  AffineGrid: [{ since: 20, isNew: true }],
  AveragePool: [{ since: 19, attributes: ['dilations'] }],
  BatchNormalization: [
    {
      since: 14,
      attributes: ['training_mode'],
      inputs: { 0: ['bfloat16'], 1: ['bfloat16'], 2: ['bfloat16'], 3: ['bfloat16'], 4: ['bfloat16'] },
    },
  ],
  Bernoulli: [{ since: 15, isNew: true }],
  BitwiseAnd: [{ since: 18, isNew: true }],
  BitwiseNot: [{ since: 18, isNew: true }],
  BitwiseOr: [{ since: 18, isNew: true }],
  BitwiseXor: [{ since: 18, isNew: true }],
  Cast: [{ since: 19, attributes: ['saturate'] }],
  CastLike: [
    { since: 15, isNew: true },
    { since: 19, attributes: ['saturate'] },
  ],
  CenterCropPad: [{ since: 18, isNew: true }],
  Col2Im: [{ since: 18, isNew: true }],
  CumSum: [{ since: 14, inputs: { 0: ['bfloat16', 'float16'] } }],
  DFT: [{ since: 17, isNew: true }],
  DeformConv: [{ since: 19, isNew: true }],
  DequantizeLinear: [
    { since: 19, inputs: { 1: ['bfloat16', 'float16'] } },
    { since: 21, attributes: ['block_size'], inputs: { 0: ['int16', 'uint16'], 2: ['int16', 'uint16'] } },
  ],
  Div: [
    {
      since: 14,
      inputs: { 0: ['int16', 'int8', 'uint16', 'uint8'], 1: ['int16', 'int8', 'uint16', 'uint8'] },
    },
  ],
  GRU: [{ since: 14, attributes: ['layout'] }],
  Gelu: [{ since: 20, isNew: true }],
  GreaterOrEqual: [{ since: 16, inputs: { 0: ['bfloat16'], 1: ['bfloat16'] } }],
  GridSample: [{ since: 16, isNew: true }],
  GroupNormalization: [
    { since: 18, isNew: true },
    { since: 21, attributes: ['stash_type'] },
  ],
  HardSwish: [{ since: 14, isNew: true }],
  IsInf: [{ since: 20, inputs: { 0: ['bfloat16', 'float16'] } }],
  LSTM: [{ since: 14, attributes: ['layout'] }],
  LayerNormalization: [{ since: 17, isNew: true }],
  LeakyRelu: [{ since: 16, inputs: { 0: ['bfloat16'] } }],
  LessOrEqual: [{ since: 16, inputs: { 0: ['bfloat16'], 1: ['bfloat16'] } }],
  Loop: [{ since: 16, inputs: { 2: ['bfloat16'] } }],
  LpPool: [{ since: 18, attributes: ['ceil_mode', 'dilations'] }],
  Mish: [{ since: 18, isNew: true }],
  Mul: [
    {
      since: 14,
      inputs: { 0: ['int16', 'int8', 'uint16', 'uint8'], 1: ['int16', 'int8', 'uint16', 'uint8'] },
    },
  ],
  PRelu: [{ since: 16, inputs: { 0: ['bfloat16'], 1: ['bfloat16'] } }],
  Pow: [{ since: 15, inputs: { 1: ['bfloat16'] } }],
  QLinearMatMul: [
    {
      since: 21,
      inputs: { 1: ['bfloat16', 'float16'], 4: ['bfloat16', 'float16'], 6: ['bfloat16', 'float16'] },
    },
  ],
  QuantizeLinear: [
    {
      since: 19,
      attributes: ['saturate'],
      inputs: { 0: ['bfloat16', 'float16'], 1: ['bfloat16', 'float16', 'int32'] },
    },
    { since: 21, attributes: ['block_size', 'output_dtype'], inputs: { 2: ['int16', 'uint16'] } },
  ],
  RNN: [{ since: 14, attributes: ['layout'] }],
  ReduceL1: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  ReduceL2: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  ReduceLogSum: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  ReduceLogSumExp: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  ReduceMax: [
    { since: 18, attributes: ['noop_with_empty_axes'] },
    { since: 20, inputs: { 0: ['bool'] } },
  ],
  ReduceMean: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  ReduceMin: [
    { since: 18, attributes: ['noop_with_empty_axes'] },
    { since: 20, inputs: { 0: ['bool'] } },
  ],
  ReduceProd: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  ReduceSumSquare: [{ since: 18, attributes: ['noop_with_empty_axes'] }],
  Relu: [{ since: 14, inputs: { 0: ['int16', 'int32', 'int64', 'int8'] } }],
  Reshape: [{ since: 14, attributes: ['allowzero'] }],
  Resize: [{ since: 18, attributes: ['antialias', 'axes', 'keep_aspect_ratio_policy'] }],
  RoiAlign: [{ since: 16, attributes: ['coordinate_transformation_mode'] }],
  Scan: [{ since: 16, inputs: { 0: ['bfloat16'] } }],
  ScatterElements: [{ since: 16, attributes: ['reduction'] }],
  ScatterND: [{ since: 16, attributes: ['reduction'] }],
  Shape: [{ since: 15, attributes: ['end', 'start'] }],
  Split: [{ since: 18, attributes: ['num_outputs'] }],
  Sub: [
    {
      since: 14,
      inputs: { 0: ['int16', 'int8', 'uint16', 'uint8'], 1: ['int16', 'int8', 'uint16', 'uint8'] },
    },
  ],
  Trilu: [{ since: 14, isNew: true }],
  Where: [{ since: 16, inputs: { 1: ['bfloat16'], 2: ['bfloat16'] } }],
}
