/** Milliseconds an item: on the clock, and of the processor, all threads of this process added up. */
export interface Spent {
  readonly wall: number
  readonly processor: number
}

/** @param work - gives how many items it did */
export async function perItem(work: () => Promise<number>): Promise<Spent> {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  const count = await work()
  const { user, system } = process.cpuUsage(cpu)
  return { wall: (performance.now() - start) / count, processor: (user + system) / 1000 / count }
}
