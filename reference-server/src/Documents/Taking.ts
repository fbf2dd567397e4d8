/** A folder as a ZIP, with everything inside it under the same names; read folder by folder while it is written. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Documents } from "../Documents.ts"
import * as Exports from "../Exports.ts"
import * as Names from "../Exports/Names.ts"

const inside = (
  documents: Documents["Service"],
  workspaceId: string,
  id: string,
  under: ReadonlyArray<string>,
): Parameters<typeof Exports.zip<never, never>>[2] =>
  documents.open(workspaceId, id).pipe(
    Effect.map(({ documents: found, folders }) =>
      Stream.concat(
        Stream.fromIterable(found).pipe(
          Stream.map(({ file, name, bytes, type, sha256 }) => ({
            folders: under,
            name,
            file: { id: file, name, bytes, type, sha256 },
          })),
        ),
        Stream.fromIterable(folders).pipe(
          Stream.flatMap((one) => inside(documents, workspaceId, one.id, [...under, one.name])),
        ),
      ),
    ),
    // deleted while the ZIP was being written
    Effect.catchTag("DocumentNotFound", () => Effect.succeed(Stream.empty)),
    Stream.unwrap,
  )

export const ofFolder = Effect.fnUntraced(function* (workspaceId: string, id: string) {
  const documents = yield* Documents
  const { name } = yield* documents.folder(workspaceId, id)
  return {
    name: `${Names.folder(name)}.zip`,
    content: Exports.zip(workspaceId, { folder: id, name }, inside(documents, workspaceId, id, [])),
  }
})
