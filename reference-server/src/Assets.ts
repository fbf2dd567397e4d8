/**
 * What pages are dressed in: the style sheets and pictures of `assets/`, read once at start, and the firm's colour.
 *
 * An asset's address carries a digest of its content, so browsers may keep it for ever. Styles in the page itself are
 * forbidden by its policy; so a firm's *accent* is a style sheet of its own, made from the six digits in its address
 * and from nothing else.
 */
import * as Contrast from "@requite/content/Contrast"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, extname, join } from "node:path"
import { HttpRouter, HttpServerResponse } from "./platform/Http.ts"

interface Asset {
  readonly path: string
  readonly type: string
  readonly content: Uint8Array
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
}

const folder = join(import.meta.dirname, "assets")

/** The customer's half of tus, as it is published; pages ask for it when a file is chosen. */
const tus = createRequire(import.meta.url).resolve("tus-js-client/dist/tus.min.js")

/** The browser's half of passkeys, as it is published; only the portal's pages ask for it. */
const webauthn = join(
  dirname(createRequire(import.meta.url).resolve("@simplewebauthn/browser")),
  "../dist/bundle/index.umd.min.js",
)

const read = (file: string): Asset => {
  const content = readFileSync(file)
  const name = basename(file)
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12)
  const extension = extname(name)
  return {
    path: `/assets/${name.slice(0, -extension.length)}.${digest}${extension}`,
    type: types[extension] ?? "application/octet-stream",
    content,
  }
}

const assets: ReadonlyMap<string, Asset> = new Map(
  [...readdirSync(folder).map((name) => join(folder, name)), tus, webauthn].map((file) => [basename(file), read(file)]),
)
const byPath: ReadonlyMap<string, Asset> = new Map([...assets.values()].map((asset) => [asset.path, asset]))

/** The address of a file of `assets/`. A name that is not there is a mistake of ours, found at start. */
export const path = (name: string): string => {
  const asset = assets.get(name)
  if (asset === undefined) throw new Error(`There is no asset ${name}`)
  return asset.path
}

/** What is in a file of `assets/`, a text. */
export const text = (name: string): string => new TextDecoder().decode(assets.get(name)?.content ?? new Uint8Array())

/** The address of the style sheet of a firm's colour, `#rrggbb`. What is no colour is the neutral one. */
export const accentPath = (colour: string): string =>
  `/assets/accent-${(Contrast.normalize(colour) ?? neutral).slice(1)}.css`

/** For pages that show no firm, and firms that have no colour. */
export const neutral = "#1f4e79"

/** The surfaces that the accent must be readable on: the darkest light one and the lightest dark one. */
const surfaces = { light: "#f5f5f2", dark: "#22262b" }

/**
 * The accent as customer.css and firm.css use it: `--accent` reads as text on every surface (4.5 : 1), `--on-accent`
 * on the accent. A firm's pale yellow becomes as dark as it must, and no darker.
 */
export const accentSheet = (colour: string): string => {
  const of = (surface: string) => {
    const accent = Contrast.adjusted(colour, surface, 4.6)
    return `--accent:${accent};--on-accent:${Contrast.readableOn(accent)}`
  }
  return `:root{--brand:${colour};${of(surfaces.light)}}
@media (prefers-color-scheme:dark){:root:where(:not(.light)){${of(surfaces.dark)}}}
@media print{:root{${of(surfaces.light)}}}
`
}

const robots = "User-agent: *\nDisallow: /r/\nDisallow: /q/\nDisallow: /u/\nDisallow: /s/\n"

const serve = (content: Uint8Array | string, type: string, seconds: number, immutable = false) =>
  HttpServerResponse.uint8Array(typeof content === "string" ? new TextEncoder().encode(content) : content, {
    contentType: type,
    headers: {
      "cache-control": `public, max-age=${seconds}${immutable ? ", immutable" : ""}`,
      "x-content-type-options": "nosniff",
    },
  })

const find = (name: string): HttpServerResponse.HttpServerResponse => {
  const asset = byPath.get(`/assets/${name}`)
  if (asset !== undefined) return serve(asset.content, asset.type, 31_536_000, true)
  const digits = /^accent-([0-9a-f]{6})\.css$/.exec(name)?.[1]
  return digits === undefined
    ? HttpServerResponse.text("Not found", { status: 404 })
    : serve(accentSheet(`#${digits}`), "text/css; charset=utf-8", 86_400)
}

/** `GET /assets/…` and `GET /robots.txt`. */
export const layer = Layer.merge(
  HttpRouter.add(
    "GET",
    "/assets/:name",
    Effect.map(HttpRouter.params, ({ name = "" }) => find(name)),
  ),
  HttpRouter.add("GET", "/robots.txt", Effect.succeed(serve(robots, "text/plain; charset=utf-8", 86_400))),
)
