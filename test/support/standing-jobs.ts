// Jobs of a studio that stand still in the middle, so that a test that stops one there is never too late.
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export interface StandingJobs {
  /** For the studio that starts them. */
  readonly env: Readonly<Record<string, string>>
  /** From now on jobs stand still. */
  begin(): void
  /** Jobs that start from now on do not. */
  end(): void
}

/**
 * Jobs that go no further, once they have told of a task, than to the next step of their network or to where they draw breath; told to stop, or
 * without their studio, they go on to where they can stop.
 *
 * @param folder - for what this needs itself
 * @param task - such as `cross-validation`
 */
export function standingJobs(folder: string, task: string): StandingJobs {
  const [flag, script] = ['standing', 'standing.mjs'].map(name => path.join(folder, name))
  writeFileSync(
    script,
    `import { existsSync } from 'node:fs'
    const { send } = process
    if (send !== undefined && process.argv[1].endsWith('job-process.js')) {
      const { setImmediate } = globalThis
      let [isStanding, wasStanding] = [false, false]
      const letGo = () => { isStanding = false }
      process.send = (message, ...rest) => {
        if (!wasStanding && existsSync(${JSON.stringify(flag)}) && JSON.stringify(message).includes(${JSON.stringify(task)})) {
          isStanding = wasStanding = true
          process.on('message', ({ say }) => say === 'stop' && letGo())
          process.on('disconnect', letGo)
        }
        return send.call(process, message, ...rest)
      }
      globalThis.setImmediate = (callback, ...args) => {
        if (!isStanding) return setImmediate(callback, ...args)
        const timer = setInterval(() => {
          if (isStanding) return
          clearInterval(timer)
          callback(...args)
        }, 10)
        return timer
      }
    }`,
  )
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(script).href}` },
    begin: () => writeFileSync(flag, ''),
    end: () => rmSync(flag),
  }
}
