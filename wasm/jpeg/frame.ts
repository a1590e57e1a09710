import { allocate, COLUMN_PLACES, QUANTS, ROW_PLACES } from './memory'

// What the headers say about the picture and its components.

/** Fields of a component, i32 each, at COMPONENTS + index * COMPONENT_BYTES. */
export const ID: usize = 0
export const ACROSS: usize = 4 // sampling factors
export const DOWN: usize = 8
export const QUANT: usize = 12
export const DC_TABLE: usize = 16
export const AC_TABLE: usize = 20
export const PREDICTION: usize = 24
export const BLOCKS_ACROSS: usize = 28 // whole MCUs
export const BLOCKS_DOWN: usize = 32
export const USED_ACROSS: usize = 36 // only blocks that hold picture
export const USED_DOWN: usize = 40
export const COEFFICIENTS: usize = 44
export const MASKS: usize = 48
export const PLANE: usize = 52
export const STRIDE: usize = 56
export const OUT_ACROSS: usize = 60 // outputs of a block
export const OUT_DOWN: usize = 64
export const FACTORS: usize = 68
export const PLACES: usize = 72 // of coefficients in a block
export const COMPONENT_BYTES: usize = 80
export const COMPONENTS: usize = memory.data(3 * 80, 16)

export let width: i32 = 0
export let height: i32 = 0
export let componentCount: i32 = 0
export let progressive = false
export let mcusAcross: i32 = 0
export let mcusDown: i32 = 0
/** Sampling factors of the luma, 1 or 2. */
export let maxAcross: i32 = 1
export let maxDown: i32 = 1

export function component(index: i32): usize {
  return COMPONENTS + usize(index) * COMPONENT_BYTES
}

export function field(at: usize, name: usize): i32 {
  return load<i32>(at + name)
}

export function set(at: usize, name: usize, value: i32): void {
  store<i32>(at + name, value)
}

export function big16(at: usize): i32 {
  return (i32(load<u8>(at)) << 8) | i32(load<u8>(at, 1))
}

/** SOF0, SOF1 and SOF2 (T.81, B.2.2). Returns false for what is left to another decoder. */
export function readFrame(at: usize, length: i32, isProgressive: bool): bool {
  if (length < 9) return false
  componentCount = i32(load<u8>(at, 5))
  if (load<u8>(at) !== 8 || (componentCount !== 1 && componentCount !== 3)) return false
  if (length < 6 + 3 * componentCount) return false
  progressive = isProgressive
  height = big16(at + 1)
  width = big16(at + 3)
  if (width < 1 || height < 1) return false
  for (let i = 0; i < componentCount; i++) {
    const c = component(i)
    memory.fill(c, 0, COMPONENT_BYTES)
    const entry = at + 6 + 3 * i
    set(c, ID, i32(load<u8>(entry)))
    // A single component has no sampling to speak of.
    set(c, ACROSS, componentCount === 1 ? 1 : i32(load<u8>(entry, 1) >> 4))
    set(c, DOWN, componentCount === 1 ? 1 : i32(load<u8>(entry, 1) & 15))
    set(c, QUANT, i32(load<u8>(entry, 2) & 3))
  }
  maxAcross = field(component(0), ACROSS)
  maxDown = field(component(0), DOWN)
  return supportedSampling()
}

/** Luma 1 or 2 each way, both chromas 1 x 1: what cameras and programs write. */
function supportedSampling(): bool {
  if (maxAcross < 1 || maxAcross > 2 || maxDown < 1 || maxDown > 2) return false
  for (let i = 1; i < componentCount; i++)
    if (field(component(i), ACROSS) !== 1 || field(component(i), DOWN) !== 1) return false
  return true
}

/** DQT (T.81, B.2.4.1). */
export function readQuants(start: usize, end: usize): bool {
  let at = start
  while (at < end) {
    const wide = load<u8>(at) >> 4
    const table = QUANTS + (usize(load<u8>(at) & 3) << 7)
    at++
    if (wide > 1 || at + (wide ? 128 : 64) > end) return false
    for (let k = 0; k < 64; k++) {
      store<u16>(table + (usize(k) << 1), u16(wide ? big16(at) : i32(load<u8>(at))))
      at += wide ? 2 : 1
    }
  }
  return true
}

/** Sizes and memory of every component when the picture is decoded at eighths / 8 of its size. */
export function layOut(eighths: i32): void {
  mcusAcross = (width + 8 * maxAcross - 1) / (8 * maxAcross)
  mcusDown = (height + 8 * maxDown - 1) / (8 * maxDown)
  for (let i = 0; i < componentCount; i++) {
    const c = component(i)
    const across = field(c, ACROSS)
    const down = field(c, DOWN)
    set(c, BLOCKS_ACROSS, mcusAcross * across)
    set(c, BLOCKS_DOWN, mcusDown * down)
    set(c, USED_ACROSS, ((width * across + maxAcross - 1) / maxAcross + 7) >> 3)
    set(c, USED_DOWN, ((height * down + maxDown - 1) / maxDown + 7) >> 3)
    // At up to half size the transform itself enlarges the chroma.
    set(c, OUT_ACROSS, eighths > 4 ? eighths : (eighths * maxAcross) / across)
    set(c, OUT_DOWN, eighths > 4 ? eighths : (eighths * maxDown) / down)
    set(c, FACTORS, i32(allocate(256)))
    set(c, PLACES, i32(isFull(c) ? COLUMN_PLACES : ROW_PLACES))
    // A block may write past its width, never into the next row.
    set(c, STRIDE, field(c, BLOCKS_ACROSS) * field(c, OUT_ACROSS) + 16)
    set(c, PLANE, i32(allocate(usize(field(c, STRIDE)) * usize(field(c, BLOCKS_DOWN) * field(c, OUT_DOWN)))))
    if (!progressive) continue
    const blocks = usize(field(c, BLOCKS_ACROSS)) * usize(field(c, BLOCKS_DOWN))
    set(c, COEFFICIENTS, i32(allocate(blocks << 7)))
    set(c, MASKS, i32(allocate(blocks << 3)))
  }
}

/** Whether a component's blocks become 8 x 8 outputs, for which there is a faster transform. */
export function isFull(c: usize): bool {
  return field(c, OUT_ACROSS) === 8 && field(c, OUT_DOWN) === 8
}

/** Progressive files add to their coefficients scan by scan, so they start at zero. */
export function clearCoefficients(): void {
  for (let i = 0; i < componentCount; i++) {
    const c = component(i)
    const blocks = usize(field(c, BLOCKS_ACROSS)) * usize(field(c, BLOCKS_DOWN))
    memory.fill(usize(field(c, COEFFICIENTS)), 0, blocks << 7)
    memory.fill(usize(field(c, MASKS)), 0, blocks << 3)
  }
}
