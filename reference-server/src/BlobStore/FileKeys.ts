/**
 * The keys that files are encrypted with: the data key of the workspace for which a file is written (`DataKeys`), so that
 * destroying it erases the firm's files too, wherever copies of them lie; and a key of the server's for what is written for
 * no workspace, such as the try whether files can be written. Neither lies where the files do. Which one: 16 bytes of the
 * workspace and 16 of its data key, or 16 zeros and 16 of the server key's digest.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { BlobStoreUnavailable } from "../BlobStore.ts"
import { Config } from "../Config.ts"
import { DataKeys } from "../DataKeys.ts"
import * as ServerKey from "../ServerKey.ts"
import * as Tenancy from "../Tenancy.ts"
import type { FileKey, FileKeys } from "./encrypted.ts"

const purpose = "files"
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll("-", ""), "hex")
const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
const nobody = Buffer.alloc(16)

const serverKey = (text: Redacted.Redacted): FileKey => {
  const key = Buffer.from(Redacted.value(text), "base64url")
  const digest = createHash("sha256").update("requite files key").update(key).digest()
  return { id: Buffer.concat([nobody, digest.subarray(0, 16)]), key: Redacted.make(key) }
}

const unavailable = (reason: string) => Effect.fail(new BlobStoreUnavailable({ reason }))

export const make = Effect.gen(function* () {
  const dataKeys = yield* DataKeys
  const config = yield* Config
  const server = serverKey(yield* ServerKey.read(config, "files-key"))
  const older = (yield* ServerKey.older(config, "files-key")).map(serverKey)

  const keys: FileKeys = {
    current: Effect.gen(function* () {
      const workspaceId = yield* Tenancy.CurrentWorkspace
      if (!uuid.test(workspaceId)) return server
      const { id, key } = yield* dataKeys.keyFor(workspaceId, purpose)
      return { id: Buffer.concat([bytesOf(workspaceId), bytesOf(id)]), key }
    }).pipe(Effect.catchDefect(() => unavailable("The key of the workspace's files could not be read."))),
    of: (id) => {
      if (nobody.equals(id.subarray(0, 16))) {
        const found = [server, ...older].find((one) => Buffer.compare(one.id, id) === 0)
        return found === undefined
          ? unavailable("The server's key of a file is another one now.")
          : Effect.succeed(found)
      }
      const [workspaceId, keyId] = [textOf(id.subarray(0, 16)), textOf(id.subarray(16))]
      return dataKeys.keyOf(workspaceId, purpose, keyId).pipe(
        Tenancy.within(workspaceId),
        Effect.map(({ key }) => ({ id, key })),
        Effect.catchTag("DataKeyDestroyed", () => unavailable(`The key ${keyId} of the file was destroyed.`)),
      )
    },
  }
  return keys
})
