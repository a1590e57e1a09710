import type { Preprocessing } from './backbone.js'

/** Mean and deviation of ImageNet's photos by channel, as torchvision has them, times 255: what most networks expect. */
export const imageNet: Preprocessing = {
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
}
