import { expect, it } from 'vitest'
import { commandName } from './command-name.js'

it.each([
  ['installed globally', {}, 'chiquito'],
  ['npx', { npm_command: 'exec', npm_lifecycle_event: 'npx' }, 'npx chiquito'],
  [
    'npx in a package of theirs',
    { npm_command: 'exec', npm_lifecycle_event: 'npx', npm_package_name: 'photos' },
    'npx chiquito',
  ],
  [
    'a script of theirs',
    { npm_command: 'run', npm_lifecycle_event: 'demo', npm_package_name: 'photos' },
    'npx chiquito',
  ],
  [
    'npm run demo in a checkout',
    { npm_command: 'run', npm_lifecycle_event: 'demo', npm_package_name: 'chiquito' },
    'npm run -s chiquito --',
  ],
  [
    'npm run -s chiquito in a checkout',
    { npm_command: 'run-script', npm_lifecycle_event: 'chiquito', npm_package_name: 'chiquito' },
    'npm run -s chiquito --',
  ],
])('knows what was typed: %s', (_what, env, name) => expect(commandName(env)).toBe(name))
