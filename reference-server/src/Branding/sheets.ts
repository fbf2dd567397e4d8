/** Firms' style sheets as everybody may fetch them: they are made from colours, lengths and names of fonts alone. */
import * as Effect from "effect/Effect"
import { Brandings } from "../Branding.ts"
import { HttpRouter, HttpServerResponse } from "../platform/Http.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Sheet from "./Sheet.ts"

const nothing = HttpServerResponse.text("Not found", { status: 404 })

const serve = Effect.gen(function* () {
  const { sheet = "" } = yield* HttpRouter.params
  const digest = /^([0-9a-f]{32})\.css$/.exec(sheet)?.[1]
  const found = digest === undefined ? null : yield* (yield* Brandings).sheet(digest)
  if (found === null) return nothing
  return HttpServerResponse.text(Sheet.text(found), {
    contentType: "text/css; charset=utf-8",
    // a day only: a later version of the server may make another sheet of the same choice
    headers: { "cache-control": "public, max-age=86400", "x-content-type-options": "nosniff" },
  })
}).pipe(Tenancy.none)

/** `GET /assets/brand-….css`. */
export const layer = HttpRouter.add("GET", "/assets/brand-:sheet", serve)
