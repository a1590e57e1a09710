/**
 * How the person at the terminal calls this program, for commands that are printed to be typed again: who used `npx`
 * has no `chiquito` on the path, and neither has a checkout. npm tells in the environment of what it runs.
 *
 * @returns `chiquito`, `npx chiquito`, or `npm run -s chiquito --` in a checkout
 */
export function commandName(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { npm_command: command, npm_lifecycle_event: script, npm_package_name: owner } = env
  if (!command) return 'chiquito'
  if (owner === 'chiquito' && (script === 'chiquito' || script === 'demo')) return 'npm run -s chiquito --'
  // Through npx, or from a script of another package that has this one installed: npx finds it there, too.
  return 'npx chiquito'
}
