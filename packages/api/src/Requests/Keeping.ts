/** Endpoints about what stays of a request: its record, and erasing it. */
import * as Schema from "effect/Schema"
import { AdminAccess } from "../Access.ts"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint, HttpApiSchema } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"
import { headers, params, refusable, said } from "./endpoints.ts"
import { RequestView } from "./View.ts"

export const record = HttpApiEndpoint.get("record", "/:id/record", {
  params,
  success: HttpApiSchema.StreamUint8Array(),
  error: Failure.NotFound,
}).annotateMerge(
  said(
    "Export a request's record",
    "Its entries, its answers and the checkpoint that covers them, as lines of JSON: prove it with `requite verify`.",
  ),
)

export const erase = HttpApiEndpoint.post("erase", "/:id/erase", {
  params,
  headers,
  payload: Schema.Struct({
    reason: Wire.lines(1000)
      .check(Schema.isPattern(/\S/u, { message: "Expected some text" }))
      .annotate({ description: "Why: the record keeps it.", examples: ["The customer asked for it (Article 17)"] }),
  }),
  success: RequestView,
  error: refusable,
})
  .annotateMerge(
    said(
      "Erase a request",
      "Removes for good what was given and whose it was, of a request that has ended; cancel an open one first. That it was there, and what happened when, stays.",
    ),
  )
  .middleware(AdminAccess)
