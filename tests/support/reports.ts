/**
 * Reads the reports of vitest that .ci/run has made: HALF.json of all tests, and HALF.N.json of a file that failed and ran again.
 *
 *   failed REPORT      the files that failed, a line each
 *   count REPORT...    how many tests passed, failed and were skipped; of a file that ran again the last time counts
 */
import { existsSync, readFileSync } from "node:fs"
import { basename, relative } from "node:path"
import * as Schema from "effect/Schema"

const Report = Schema.fromJsonString(
  Schema.Struct({
    testResults: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        status: Schema.String,
        assertionResults: Schema.Array(Schema.Struct({ status: Schema.String })),
      }),
    ),
  }),
)

const [what, ...reports] = process.argv.slice(2)
const files = new Map(
  reports
    .filter((path) => existsSync(path))
    .sort((one, other) => one.length - other.length)
    .flatMap((path) => {
      const half = basename(path).split(".")[0] ?? ""
      const { testResults } = Schema.decodeUnknownSync(Report)(readFileSync(path, "utf8"))
      return testResults.map((file) => [`${half} ${file.name}`, file] as const)
    }),
)

const failed = [...files.values()].filter(({ status }) => status === "failed")
const say = (line: string) => process.stdout.write(`${line}\n`)
if (what === "failed") for (const { name } of failed) say(relative(".", name))
else {
  const all = [...files.values()].flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status))
  const count = (...statuses: ReadonlyArray<string>) => all.filter((status) => statuses.includes(status)).length
  // of a file that could not even begin no test failed, and it did
  const begun = failed.filter(({ assertionResults }) => assertionResults.every(({ status }) => status !== "failed"))
  const skipped = count("pending", "skipped", "todo", "disabled")
  say(`${count("passed")} passed, ${count("failed") + begun.length} failed, ${skipped} skipped`)
}
