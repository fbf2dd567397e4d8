/** `GET /embed.js`: the script for pages of the firm's, at an address that stays. What it does stands in docs/embedding.md. */
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { HttpRouter, HttpServerResponse } from "../platform/Http.ts"

const content = new Uint8Array(readFileSync(join(import.meta.dirname, "../assets/embed.js")))

export const layer = HttpRouter.add(
  "GET",
  "/embed.js",
  Effect.succeed(
    HttpServerResponse.uint8Array(content, {
      contentType: "text/javascript; charset=utf-8",
      headers: {
        "cache-control": "public, max-age=3600",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
      },
    }),
  ),
)
