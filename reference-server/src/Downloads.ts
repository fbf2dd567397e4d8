/**
 * How a file reaches somebody's disk. It is saved, and never shown in place: whatever is in it, the browser gives it the name that
 * its sender gave it, and would run nothing of it if it did show it (S53, S54). Parts of it can be had, so that a download that
 * was cut goes on.
 *
 * Where `FILES_URL` is set, pages lead to an address there instead (`Downloads/Addresses.ts`), so that nothing that a stranger
 * sent ever comes from the origin that people are signed in at. Programs with a key get the bytes at once.
 */
import { Crypto } from "@requite/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { BlobRange } from "./BlobStore.ts"
import { Config } from "./Config.ts"
import * as Addresses from "./Downloads/Addresses.ts"
import * as Part from "./Downloads/Part.ts"
import { type Download, Files } from "./Files.ts"
import * as PageSecurity from "./PageSecurity.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "./platform/Http.ts"
import * as ServerKey from "./ServerKey.ts"
import * as Tenancy from "./Tenancy.ts"
import * as FileName from "./Uploads/FileName.ts"

/** Which part of a file is wanted, once it is known how long it is. */
export type PartOf = (file: { readonly bytes: number; readonly sha256: string }) => BlobRange | undefined

interface Asked<E, R> {
  readonly workspaceId: string
  /** The id of the member, or of the customer's session: whom an address is made for. */
  readonly reader: string
  /** PDF, JPEG and PNG by their own name: phones then offer the right program to open what was saved. */
  readonly typed?: boolean
  /** Whether they may have it, and if so the file. */
  readonly find: (part: PartOf) => Effect.Effect<Download, E, R>
}

export class Downloads extends Context.Service<
  Downloads,
  {
    /** The answer to a request for a file: its bytes or a part of them, or the way to where they are. */
    answer<E, R>(
      asked: Asked<E, R>,
    ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest>
    /** What a signed address names; null: nothing. */
    named(address: string): Effect.Effect<Addresses.Named | null>
  }
>()("@requite/reference-server/Downloads") {}

/** What no browser runs anything in. */
const safeTypes: ReadonlySet<string> = new Set(["application/pdf", "image/jpeg", "image/png"])

/** What goes with every file, whatever its answer is. */
const dress = { "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'" }

/** The bytes, with what keeps a browser from showing them. */
export const response = (
  { file, range, content }: Download,
  headers: Readonly<Record<string, string | undefined>>,
  typed = false,
) => {
  const about = {
    ...dress,
    "accept-ranges": "bytes",
    "cache-control": "private, no-store",
    "cross-origin-resource-policy": "same-origin",
    etag: Part.tagOf(file),
  }
  if (Part.isKnown(headers, file)) return HttpServerResponse.empty({ status: 304, headers: about })
  const part = Part.wanted(headers, file)
  if (part === "unsatisfiable") {
    return HttpServerResponse.text("There is no such part of the file.", {
      status: 416,
      headers: { ...about, "content-range": `bytes */${file.bytes}` },
    })
  }
  return HttpServerResponse.stream(content, {
    status: part === undefined ? 200 : 206,
    contentType: typed && safeTypes.has(file.type) ? file.type : "application/octet-stream",
    contentLength: range.length,
    headers: {
      ...about,
      "content-disposition": FileName.attachment(file.name),
      ...(part === undefined
        ? {}
        : { "content-range": `bytes ${range.offset}-${range.offset + range.length - 1}/${file.bytes}` }),
    },
  })
}

/** As the headers of the request want it. What cannot be had is not opened as a part. */
const partOf =
  (headers: Readonly<Record<string, string | undefined>>): PartOf =>
  (file) => {
    const part = Part.isKnown(headers, file) ? undefined : Part.wanted(headers, file)
    return part === "unsatisfiable" ? undefined : part
  }

const whole: PartOf = () => undefined

/** With the key that addresses are signed with. */
export const make = Effect.fnUntraced(function* (key: Redacted.Redacted) {
  const config = yield* Config
  const withCrypto = Effect.provideService(Crypto.Crypto, yield* Crypto.Crypto)
  const base = PageSecurity.headers(config)
  const dressed = (served: HttpServerResponse.HttpServerResponse) =>
    HttpServerResponse.setHeaders(served, { ...base, ...served.headers })
  return Downloads.of({
    answer: Effect.fnUntraced(function* ({ workspaceId, reader, find, typed }) {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      if (config.filesUrl === undefined || headers["authorization"] !== undefined) {
        return dressed(response(yield* find(partOf(headers)), headers, typed))
      }
      const { file } = yield* find(whole)
      const address = yield* withCrypto(Addresses.sign(key, { workspaceId, file: file.id, name: file.name, reader }))
      return PageSecurity.seeOther(config, `${config.filesUrl}/files/${address}`)
    }),
    named: (address) => withCrypto(Addresses.read(key, address)),
  })
})

export const layer = Layer.effect(
  Downloads,
  Effect.flatMap(Config, (config) => Effect.flatMap(ServerKey.read(config, "file-address-key"), make)),
)

/** `GET /files/:address`, without a cookie: only where files have an origin of their own, and only there. */
export const routes = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const config = yield* Config
    const services = Context.pick(Downloads, Files)(yield* Effect.context<Downloads | Files>())
    const { filesUrl } = config
    if (filesUrl === undefined) return
    const { host } = new URL(filesUrl)
    const nothing = HttpServerResponse.empty({ status: 404 })
    const serve = Effect.gen(function* () {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      // longer than the router takes a part of a path to be
      const { "*": address = "" } = yield* HttpRouter.params
      const named = yield* (yield* Downloads).named(address)
      if (named === null || headers["host"] !== host) return nothing
      const { workspaceId, file: id, name } = named
      const files = yield* Files
      return yield* Effect.gen(function* () {
        const [file] = yield* files.of(workspaceId, [id])
        if (file === undefined) return nothing
        const found = yield* files.open(workspaceId, id, partOf(headers)(file))
        const served = response({ ...found, file: { ...found.file, name } }, headers)
        return HttpServerResponse.setHeaders(served, { ...PageSecurity.headers(config), ...served.headers })
      }).pipe(
        Tenancy.within(workspaceId),
        Effect.catchTags({
          FileMissing: () => Effect.succeed(nothing),
          FileWithheld: () => Effect.succeed(nothing),
        }),
      )
    })
    yield* router.add("GET", "/files/*", Tenancy.none(Effect.provideContext(serve, services)))
  }),
)

/** On the files' own origin there is nothing but files: no page, no sign-in, no cookie. */
export const apart =
  ({ filesUrl, publicUrl }: { readonly filesUrl: string | undefined; readonly publicUrl: string }) =>
  <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) => {
    const host = filesUrl === undefined ? undefined : new URL(filesUrl).host
    if (host === undefined || host === new URL(publicUrl).host) return app
    return Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, url }) =>
      headers["host"] === host && !url.startsWith("/files/")
        ? Effect.succeed(HttpServerResponse.empty({ status: 404 }))
        : app,
    )
  }
