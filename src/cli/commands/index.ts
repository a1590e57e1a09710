import type { RegisterCommand } from '../program.js'

/** The commands, in the order in which the help lists them. */
export const commands: readonly RegisterCommand[] = []
