import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Examples import the package by its name, as its users do.
  resolve: { alias: { chiquito: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Correctness only: nothing here may fail because a machine is slow or busy.
    // Printed commands are named as npm ran the program (src/core/command-name.ts); tests are no part of that.
    env: { npm_command: '' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Each test file that trains opens onnxruntime sessions, and each session brings its own thread pool.
    maxWorkers: 2,
  },
})
