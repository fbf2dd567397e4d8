// Runs once before all tests: the template database of TestDatabase.ts must exist before the files ask for copies of it.
import { execFileSync } from "node:child_process"
import { join } from "node:path"

export default (): void => {
  const program = join(import.meta.dirname, "prepareDatabase.ts")
  execFileSync(process.execPath, ["--conditions=requite-source", program], { stdio: "inherit" })
}
