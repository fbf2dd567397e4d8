/**
 * The development outbox: the SmsSender of a trial on this machine without SMS_URL. A message is kept as one JSON file and
 * goes nowhere; its file is named after its id, so a message that is sent twice shows once. It holds live codes: only the
 * server's own user may read the folder, and the page `/dev/sms` that shows it is for loopback only.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FileSystem, Path, type PlatformError } from "../platform/Files.ts"
import { type OutgoingSms, refuseMalformed, SmsFailed, SmsSender } from "../SmsSender.ts"

const Kept = Schema.Struct({ id: Schema.String, to: Schema.String, text: Schema.String, at: Schema.Int })
/** One message; `at`: when it was last sent, in milliseconds. */
export type DevSms = typeof Kept.Type

export class DevOutbox extends Context.Service<
  DevOutbox,
  {
    /** The newest 200 messages, newest first, for the page. */
    readonly list: Effect.Effect<ReadonlyArray<DevSms>, PlatformError.PlatformError>
  }
>()("@requite/reference-server/SmsSender/DevOutbox") {}

const listed = 200
const fileForm = /^[0-9a-f-]{36}\.json$/
const Json = Schema.fromJsonString(Kept)

/** Provides `SmsSender` and `DevOutbox` over one folder (`<dataDir>/dev-sms`), made with the first message. */
export const layer = (folder: string): Layer.Layer<SmsSender | DevOutbox, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path

      const send = Effect.fn("SmsSender.send")(function* (message: OutgoingSms) {
        yield* refuseMalformed(message)
        const { id, to, text } = message
        const file = path.join(folder, `${id}.json`)
        if (!fileForm.test(`${id}.json`)) {
          return yield* new SmsFailed({ retryable: false, reason: "The message's id is not a UUID." })
        }
        const at = yield* Clock.currentTimeMillis
        const content = new TextEncoder().encode(JSON.stringify({ id, to, text, at } satisfies DevSms))
        yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 }).pipe(
          // renamed into place, so that no reader meets half a message
          Effect.andThen(fs.writeFile(`${file}.part`, content, { mode: 0o600 })),
          Effect.andThen(fs.rename(`${file}.part`, file)),
          Effect.mapError(
            ({ reason }) =>
              new SmsFailed({
                retryable: true,
                reason: `The development outbox could not be written (${reason._tag}).`,
              }),
          ),
        )
      })

      const read = (name: string) =>
        Effect.map(fs.readFileString(path.join(folder, name)), (text) =>
          Option.getOrNull(Schema.decodeUnknownOption(Json)(text)),
        )

      const list = Effect.gen(function* () {
        if (!(yield* fs.exists(folder))) return []
        const names = (yield* fs.readDirectory(folder)).filter((name) => fileForm.test(name))
        const kept = yield* Effect.forEach(names, read, { concurrency: 8 })
        return kept
          .filter((one) => one !== null)
          .sort((a, b) => b.at - a.at || a.id.localeCompare(b.id))
          .slice(0, listed)
      })

      return Context.make(SmsSender, { send }).pipe(Context.add(DevOutbox, { list }))
    }),
  )
