import { preparation } from './device.js'
import { loadRuntime } from './runtime.js'

/**
 * Writes a graph as the runtime rewrites it for the CPU, in the runtime's own format. What is opened from that with `optimize: 'none'`
 * computes the same, and takes half of the memory to open. That holds for this machine and this runtime alone.
 *
 * @param bytes an `.onnx` file
 * @throws what the runtime throws
 */
export async function prepareFile(bytes: Uint8Array, file: string): Promise<void> {
  const { InferenceSession } = await loadRuntime()
  const session = await InferenceSession.create(bytes, preparation(file))
  await session.release()
}
