/** The table that is printed, line by line. */
export const row = (what: string, value: string, notes = ""): void =>
  void process.stdout.write(`${what.padEnd(46)}${value.padStart(14)}   ${notes}\n`)
