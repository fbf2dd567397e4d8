/** The operator's commands about the record: taking it, or everything, out of the server. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Command, type Given, Mistake } from "../Operator.ts"
import { FileSystem } from "../platform/Files.ts"
import { SqlClient } from "../platform/Sql.ts"
import { Record } from "../Record.ts"
import * as Tenancy from "../Tenancy.ts"

/** The workspace that is named; without a name the only one there is. */
const workspaceOf = ({ flag }: Given) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const all = yield* Effect.orDie(sql<{ id: string; name: string }>`SELECT id, name FROM workspaces ORDER BY name`)
    const wanted = flag("workspace")
    const found = wanted === "" ? (all.length === 1 ? all[0] : undefined) : all.find(({ id }) => id === wanted)
    if (found !== undefined) return found
    const lines = all.map(({ id, name }) => `  ${id}  ${name}`).join("\n")
    return yield* new Mistake({ message: `Give --workspace, one of:\n${lines}` })
  }).pipe(Tenancy.across)

/** Writes a file that nobody else may read. */
const write = Effect.fnUntraced(function* (given: Given, content: Stream.Stream<Uint8Array>) {
  const fs = yield* FileSystem.FileSystem
  const path = given.flag("out")
  if (path === "") return yield* new Mistake({ message: "Give --out, the file to write." })
  yield* Stream.run(content, fs.sink(path, { flag: "wx", mode: 0o600 })).pipe(
    Effect.mapError(
      ({ reason, message }) =>
        new Mistake({
          message: reason._tag === "AlreadyExists" ? `${path} is there already: give another --out.` : message,
        }),
    ),
  )
  return path
})

const exportRecord: Command = {
  name: "record export",
  usage: "--out FILE [--workspace ID] [--after NUMBER]",
  meaning: "Writes a firm's audit record, or what came after a checkpoint, to prove with `requite verify`.",
  flags: ["out", "workspace", "after"],
  run: Effect.fnUntraced(function* (given) {
    const { id, name } = yield* workspaceOf(given)
    const after = given.flag("after")
    if (!/^\d{0,9}$/.test(after)) return yield* new Mistake({ message: "--after must be the number of a checkpoint." })
    const record = yield* Record
    const lines = record.ofWorkspace(id, after === "" ? undefined : Number(after))
    const path = yield* write(given, Stream.encodeText(Stream.map(lines, (line) => `${line}\n`)))
    return `The record of ${name} is in ${path}. It is signed by ${record.keys.current}.`
  }),
}

const exportWorkspace: Command = {
  name: "workspace export",
  usage: "--out FILE.zip [--workspace ID]",
  meaning: "Writes everything that a firm owns, rows and files, as a ZIP; passwords and other secrets are left out.",
  flags: ["out", "workspace"],
  run: Effect.fnUntraced(function* (given) {
    const { id, name } = yield* workspaceOf(given)
    const path = yield* write(given, (yield* Record).archive(id))
    return `Everything of ${name} is in ${path}.`
  }),
}

const destroyKey: Command = {
  name: "workspace destroy-key",
  usage: "--confirm NAME [--workspace ID]",
  meaning:
    "Erases for good everything that a firm's customers ever gave: its data key is destroyed, what is open is cancelled, and every request is erased.",
  flags: ["confirm", "workspace"],
  run: Effect.fnUntraced(function* (given) {
    const { id, name } = yield* workspaceOf(given)
    if (given.flag("confirm") !== name) {
      return yield* new Mistake({
        message: `This cannot be undone: nobody will read again what customers gave to ${name}. To go on give --confirm, its name as it stands here.`,
      })
    }
    const { keys, erased, failed } = yield* (yield* Record).destroyKeys(id)
    if (keys + erased + failed === 0) return `${name} has no data key, and nothing to erase.`
    const rest = failed === 0 ? "" : ` ${failed} are unreadable and will be erased by the server.`
    return `What customers gave to ${name} is unreadable. Data keys destroyed: ${keys}. Requests erased: ${erased}.${rest}`
  }),
}

const rotateKey: Command = {
  name: "workspace rotate-key",
  usage: "[--workspace ID]",
  meaning: "Makes a new data key for what a firm's customers give from now on; what they gave before stays readable.",
  flags: ["workspace"],
  run: Effect.fnUntraced(function* (given) {
    const { id, name } = yield* workspaceOf(given)
    yield* (yield* Record).rotateKey(id)
    return `What customers give to ${name} is sealed by a new key, within a minute by every process.`
  }),
}

const checkpoint: Command = {
  name: "record checkpoint",
  usage: "",
  meaning: "Covers everything that happened so far; before a change of SECRET_KEY, with the server stopped.",
  flags: [],
  run: Effect.fnUntraced(function* () {
    const sql = yield* SqlClient.SqlClient
    const record = yield* Record
    const all = yield* Tenancy.across(Effect.orDie(sql<{ id: string }>`SELECT id FROM workspaces ORDER BY id`))
    const made = yield* Effect.forEach(all, ({ id }) => record.checkpoint(id))
    return `Checkpoints made: ${made.reduce((sum, one) => sum + one, 0)}.`
  }),
}

const restored: Command = {
  name: "record restored",
  usage: "",
  meaning: "Says that the database was restored from a backup: after that, checkpoints go on from what it holds.",
  flags: [],
  run: Effect.fnUntraced(function* () {
    yield* (yield* Record).restored
    return "The record goes on from the database as it is."
  }),
}

export const commands: ReadonlyArray<Command> = [
  exportRecord,
  exportWorkspace,
  rotateKey,
  destroyKey,
  checkpoint,
  restored,
]
