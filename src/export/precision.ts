/** How many bits the weights of an exported model have. */
export const precisions = ['float32', 'float16', 'int8'] as const

export type Precision = (typeof precisions)[number]
