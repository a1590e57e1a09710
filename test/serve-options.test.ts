// Options of `chiquito serve` that mean nothing: each is refused before anything is opened.
import { expect, it } from 'vitest'
import { chiquito, documentOf } from './support/chiquito.js'

it.each([
  [['--time-limit', '25h'], /--time-limit must be a time such as .*, and at most 24h, but is "25h"/],
  [['--upload-limit', '600h'], /--upload-limit must be .* at most 24h/],
  [['--overwrite'], /--overwrite has no effect without --docker/],
  [['--docker', 'none', '--allow-urls'], /--allow-urls has no effect with --docker: give it behind/],
  [['--docker', 'none', '--max-body', '3'], /--max-body has no effect with --docker/],
] as const)('refuses %j', async (args, message) => {
  const told = await chiquito(['serve', 'no-such-model.onnx', ...args, '--json'])
  expect(told.status, told.stderr).toBe(2)
  expect(documentOf<{ error: { message: string } }>(told).error.message).toMatch(message)
})
