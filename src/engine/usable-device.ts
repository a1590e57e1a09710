import { float32 } from '../core/index.js'
import { GraphBuilder, model } from '../onnx/index.js'
import type { Device, DeviceOptions } from './device.js'
import { Session } from './session.js'

/**
 * The device that will really be used: the CPU, with a notice, where the one asked for is not there. Asked before long
 * work, so that this is said at once, and what is recorded of the work is true.
 *
 * @throws `engine` when it is not there and `strict` is set
 */
export async function usableDevice(options: DeviceOptions): Promise<Device> {
  if (options.device === undefined || options.device === 'cpu') return 'cpu'
  const builder = new GraphBuilder('a device')
  const x = builder.input('x', 'float32', [1])
  builder.output(builder.op('Add', [x, builder.constant(float32([1]))]), 'y')
  const session = await Session.open(model(builder.build()), { ...options, threads: 1 })
  await session.close()
  return session.device
}
