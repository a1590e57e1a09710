/** Float32 rows in NumPy's file format, version 1.0. */
export function npy(rows: Float32Array, shape: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`
  const padded = `${header.padEnd(128 - 10 - 1)}\n`
  const start = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${padded}`, 'latin1')
  return Buffer.concat([start, Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength)])
}
