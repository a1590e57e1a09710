/**
 * The operator set this project writes. onnxruntime 1.30 runs it in Node and in browsers; it has Split and all of
 * Reduce* with their axes as inputs, Gelu, and GroupNormalization per channel.
 */
export const defaultOpset = 21

/** The file format version that came with operator set 21. */
export const defaultIrVersion = 10

/** Before this version of the file format every initializer had to be listed as an input too. */
export const irWithPlainInitializers = 4
