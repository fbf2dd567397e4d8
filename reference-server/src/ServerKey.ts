/**
 * Keys of the server that must not lie in its database, 256 bits each, so that a copy of the database alone opens nothing.
 * They are derived from SECRET_KEY, which every process shares; without it each lies in a file of the data directory: the
 * first process that needs it makes it, and all that share the directory share it. Another SECRET_KEY, or removing the
 * file, is changing the key.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ServerConfig } from "./Config.ts"
import { FileSystem, Path } from "./platform/Files.ts"

type Name = "link-key" | "code-pepper" | "vault-key" | "record-key" | "return-key" | "files-key" | "file-address-key"

/** The key of that name, 43 base64url characters. */
export const read = ({ secretKey, dataDir }: Pick<ServerConfig, "secretKey" | "dataDir">, name: Name) =>
  secretKey === undefined
    ? fromFile(dataDir, name)
    : Effect.map(Crypto.hmacSha256Base64Url(Redacted.value(secretKey), name), (key) => Redacted.make(key))

/**
 * The keys of that name from before, for what they sealed: of SECRET_KEY_BEFORE, and the file's that was there before there was
 * a SECRET_KEY.
 */
export const older = Effect.fnUntraced(function* (
  { secretKey, secretKeyBefore, dataDir }: Pick<ServerConfig, "secretKey" | "secretKeyBefore" | "dataDir">,
  name: Name,
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const before = secretKeyBefore === undefined ? [] : [yield* read({ secretKey: secretKeyBefore, dataDir }, name)]
  const isLeft = secretKey !== undefined && (yield* fs.exists(path.join(dataDir, name)))
  return isLeft ? [...before, yield* read({ secretKey: undefined, dataDir }, name)] : before
}, Effect.orDie)

/** Makes the file where there is none yet. */
const fromFile = Effect.fnUntraced(function* (dataDir: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(dataDir, name)
  const make = Effect.gen(function* () {
    const part = `${file}.${yield* Crypto.uuid}.part`
    yield* fs.makeDirectory(dataDir, { recursive: true })
    yield* fs.writeFile(part, new TextEncoder().encode(yield* Crypto.secret), { flag: "wx", mode: 0o600 })
    // a link does not replace what another process was quicker to make, and nobody reads half a key
    yield* fs.link(part, file).pipe(
      Effect.catchReason("PlatformError", "AlreadyExists", () => Effect.void),
      Effect.ensuring(Effect.ignore(fs.remove(part))),
    )
  })
  if (!(yield* fs.exists(file))) yield* make
  const text = yield* fs.readFileString(file)
  // an empty key would be the same everywhere
  if (!/^[\w-]{43}$/.test(text)) return yield* Effect.die(new Error(`${name} in DATA_DIR is broken: remove it`))
  return Redacted.make(text)
}, Effect.orDie)
