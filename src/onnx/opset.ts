/**
 * The operator set this project writes: the newest that onnxruntime 1.20 and later run in Node and in browsers,
 * and that has Split and Reduce* with their axes as inputs, Gelu, and GroupNormalization per channel.
 */
export const defaultOpset = 21

/** The file format version that came with operator set 21. */
export const defaultIrVersion = 10
