/** Where anybody finds the key that the record is signed with: it came another way than the file that they check. */
import * as Effect from "effect/Effect"
import { HttpRouter, HttpServerResponse } from "../platform/Http.ts"
import { Record } from "../Record.ts"

export const path = "/.well-known/requite-record-key"

export const layer = HttpRouter.use((router) =>
  Effect.flatMap(Record, ({ keys }) => {
    const body = { algorithm: "Ed25519", key: keys.current, earlier: keys.all.filter((key) => key !== keys.current) }
    const text = `${JSON.stringify(body, null, 2)}\n`
    return router.add("GET", path, HttpServerResponse.text(text, { contentType: "application/json" }))
  }),
)
