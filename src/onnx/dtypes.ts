import type { DType } from '../core/index.js'

/** ONNX's numbers for element types (TensorProto.DataType). */
export const dtypeCodes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
}

const dtypesByCode = new Map<number, DType>()
for (const dtype of dtypeNames()) dtypesByCode.set(dtypeCodes[dtype], dtype)

/** The element type of ONNX's number, or undefined for one this project does not hold (strings, 4-bit, …). */
export function dtypeOfCode(code: number): DType | undefined {
  return dtypesByCode.get(code)
}

export function isDType(text: string): text is DType {
  return Object.hasOwn(dtypeCodes, text)
}

function dtypeNames(): DType[] {
  return Object.keys(dtypeCodes).filter(isDType)
}
