/** A user or password in the address of a queue. */
const secret = /^(--queue=)?rediss?:\/\/[^/]*@/i

/**
 * The list of processes shows everybody what a program was started with. Where a password is among it, it shows the program's name
 * instead, from now on: for the moment before, passwords are better in the environment.
 */
export function hideSecrets(args: readonly string[]): void {
  if (args.some(arg => secret.test(arg))) process.title = 'chiquito'
}
