/**
 * What work costs, by the processor's own count: for tests that something takes no time however large or hostile its input is.
 * What else a busy machine does meanwhile is not in it.
 */

/** Milliseconds that the processor has worked for this process so far. */
export const worked = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
