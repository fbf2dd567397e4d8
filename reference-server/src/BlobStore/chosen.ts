/** The BlobStore that a configuration chooses: a folder of DATA_DIR or a bucket, encrypted or not. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { BlobStore } from "../BlobStore.ts"
import type { ServerConfig } from "../Config.ts"
import * as dataKeys from "../DataKeys/layer.ts"
import * as Vault from "../Vault.ts"
import * as encrypted from "./encrypted.ts"
import * as FileKeys from "./FileKeys.ts"
import * as folder from "./folder.ts"
import * as overObjects from "./overObjects.ts"
import * as s3 from "./s3.ts"

type Chosen = Pick<ServerConfig, "dataDir" | "s3" | "filesEncrypted">

/** Provides `BlobStore`. Of the database it needs only the keys, and those only where files are encrypted. */
export const layer = ({ dataDir, s3: bucket, filesEncrypted }: Chosen) => {
  const place = join(dataDir, "files")
  const sealed = Effect.gen(function* () {
    const objects = yield* bucket === undefined ? folder.objects(place) : s3.objects(bucket)
    return overObjects.make(encrypted.over(objects, yield* FileKeys.make))
  })
  const keyed = Layer.effect(BlobStore, sealed).pipe(Layer.provide(dataKeys.layer), Layer.provide(Vault.layer))
  const plain: Layer.Layer<BlobStore, Layer.Error<typeof keyed>, Layer.Services<typeof keyed>> = bucket === undefined
    ? folder.layer(place)
    : s3.layer(bucket)
  return filesEncrypted ? keyed : plain
}
