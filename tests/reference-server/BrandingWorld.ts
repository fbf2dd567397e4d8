/** A firm whose branding is worked on: the pages of the firm and of customers and the API, over a server that has an https address,
 * so that mails show the logo too. */
import { createServer } from "node:http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./FirmPagesWorld.ts"

export const layerAt = (publicUrl: string) =>
  HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer), {
    disableLogger: true,
    disableListenLog: true,
  }).pipe(
    Layer.provide(Samples.layer),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(
      TestFirm.layerOf({
        PUBLIC_URL: publicUrl,
        SMTP_URL: "smtp://localhost",
        MAIL_FROM: "ask@firm.example",
        SETUP_CODE: "opens sesame",
        CLAMD_URL: "none",
      }),
    ),
  )

export const layer = layerAt("https://ask.firm.example")

export const base = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))

/** A member at the firm's pages. */
export const signedIn = Effect.fnUntraced(function* (member: Member) {
  const browser = World.browser(yield* base)
  browser.jar.set("__Host-rq-member", Redacted.value(yield* (yield* Members).openSession(member)))
  return browser
})
export type Browser = ReturnType<typeof World.browser>

export const path = "/settings/branding"

/** Sends the form with these changes, and these pictures. */
export const save = Effect.fnUntraced(function* (
  browser: Browser,
  changes: Record<string, string> = {},
  pictures: Readonly<Record<string, File>> = {},
) {
  const page = yield* browser.get(path)
  const body = new FormData()
  const given = { ...World.hidden(page, path), accent: "#0b6e4f", hex: "", scheme: "device", ...changes }
  for (const [name, value] of Object.entries(given)) body.append(name, value)
  for (const [name, picture] of Object.entries(pictures)) body.append(name, picture)
  return yield* browser.post(path, body)
})

/** Presses the button of a form on the branding's page. */
export const press = Effect.fnUntraced(function* (
  browser: Browser,
  what: "publish" | "discard" | "restore",
  fields: Record<string, string> = {},
) {
  const page = yield* browser.get(path)
  return yield* browser.post(`${path}/${what}`, { ...World.hidden(page, `${path}/${what}`), ...fields })
})

/** Saves and publishes. */
export const publish = Effect.fnUntraced(function* (
  browser: Browser,
  changes: Record<string, string> = {},
  pictures: Readonly<Record<string, File>> = {},
) {
  const saved = yield* save(browser, changes, pictures)
  if (saved.status !== 303) return saved
  return yield* press(browser, "publish")
})

/** Where the first logo of a page or mail lies; undefined: it shows none. */
export const logoIn = (page: string): string | undefined => /<img\s+class="logo[^"]*"\s+src="([^"]+)"/.exec(page)?.[1]

export const png = new File([FileSamples.png], "logo.png")
export const webp = new File(
  [Uint8Array.from("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0", (one) => one.charCodeAt(0))],
  "logo.webp",
)
