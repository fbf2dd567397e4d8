/**
 * A customer at the pages, without a browser: real HTTP against CustomerPages over the real domain (TestFirm), with a
 * cookie jar and what a browser would send. `layer` is the server, `arrange` a request that has been sent.
 */
import { createServer } from "node:http"
import type { ClientRequest } from "@requite/core"
import { Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import { ByteSize } from "../../reference-server/src/platform/Files.ts"
import { HttpIncomingMessage, HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as TestFirm from "../support/TestFirm.ts"

/** The pages, and the API that their scripts ask, on a port of loopback, under the limit of bodies that the server sets, over
 * this domain. */
export const layerOver = (domain: typeof TestFirm.layer) =>
  HttpRouter.serve(Layer.merge(CustomerPages.layer, Api.layer), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(4))),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(domain),
  )

export const layer = layerOver(TestFirm.layer)

export interface Page {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly location: string
}

export interface Sending {
  readonly fields?: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly files?: Readonly<Record<string, ReadonlyArray<File>>>
  /** The button that is pressed, `action` or `remove`. */
  readonly press?: readonly [name: string, value: string]
}

/** One browser: its cookies, its language. */
export const visitor = Effect.map(HttpServer.HttpServer, ({ address }) => {
  const base = "port" in address ? `http://127.0.0.1:${address.port}` : ""
  const cookies = new Map<string, string>()
  let language = "en"

  const fetchPage = async (path: string, init: RequestInit = {}): Promise<Page> => {
    const headers = new Headers({
      "sec-fetch-site": "same-origin",
      "accept-language": language,
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      ...Object.fromEntries(new Headers(init.headers)),
    })
    const answer = await fetch(base + path, { ...init, headers, redirect: "manual" })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get("location") ?? ""
    return { status: answer.status, headers: answer.headers, text: await answer.text(), location }
  }

  const get = (path: string, headers: Record<string, string> = {}) => Effect.promise(() => fetchPage(path, { headers }))
  const request = (path: string, init: RequestInit) => Effect.promise(() => fetchPage(path, init))
  const post = (path: string, body: FormData | URLSearchParams, headers: Record<string, string> = {}) =>
    request(path, { method: "POST", body, headers })

  return {
    base,
    cookies,
    speak: (tag: string) => void (language = tag),
    get,
    request,
    post,
    /** Presses Start, and gives the address that the browser is sent to. */
    start: (token: string) => Effect.map(post(`/r/${token}`, new URLSearchParams()), ({ location }) => location),
    /** Opens a section, changes some fields, and presses a button. What is not changed goes back as the page had it. */
    fill: Effect.fnUntraced(function* (path: string, { fields = {}, files = {}, press = ["action", "next"] }: Sending) {
      const page = yield* get(path)
      const body = new FormData()
      for (const { name, value, isHidden } of fieldsOf(page.text)) {
        if (isHidden || !Object.hasOwn(fields, name)) body.append(name, value)
      }
      for (const [name, values] of Object.entries(fields)) {
        for (const value of [values].flat()) body.append(name, value)
      }
      for (const [name, list] of Object.entries(files)) for (const file of list) body.append(name, file)
      body.append(...press)
      return yield* post(path, body)
    }),
    finish: Effect.fnUntraced(function* (list: string) {
      const page = yield* get(`${list}/review`)
      return yield* post(
        `${list}/submit`,
        new URLSearchParams({ csrf: hidden(page.text, "csrf"), revision: hidden(page.text, "revision") }),
      )
    }),
  }
})

/** What a browser would send of a page's form, as it came: hidden fields, texts, what is picked. */
export const fieldsOf = (
  page: string,
): ReadonlyArray<{ readonly name: string; readonly value: string; readonly isHidden: boolean }> => {
  const form = /<form[^>]*enctype="multipart\/form-data"[^>]*>([\s\S]*?)<\/form>/.exec(seen(page))?.[1] ?? ""
  const attribute = (tag: string, name: string) => {
    const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
    return value === undefined ? undefined : plain(value)
  }
  const controls = form.matchAll(/<(input|select|textarea)(\s[^>]*)>(?:([^<]*)<\/textarea>)?/g)
  return [...controls].flatMap(([whole, element, attributes = "", content = ""]) => {
    const name = attribute(attributes, "name")
    const type = attribute(attributes, "type")
    const isUnticked = (type === "radio" || type === "checkbox") && !/\schecked/.test(attributes)
    if (name === undefined || type === "file" || isUnticked) return []
    const options = element === "select" ? (form.slice(form.indexOf(whole)).split("</select>")[0] ?? "") : ""
    const value =
      element === "textarea"
        ? plain(content).replace(/^\n/, "")
        : element === "select"
          ? plain(/<option value="([^"]*)"\s+selected/.exec(options)?.[1] ?? "")
          : (attribute(attributes, "value") ?? "")
    return [{ name, value, isHidden: type === "hidden" }]
  })
}

/** A page that was loaded earlier, sent now with some fields changed. */
export const bodyOf = (page: Page, fields: Readonly<Record<string, string>>, action = "next"): FormData => {
  const body = new FormData()
  for (const { name, value } of fieldsOf(page.text)) if (!Object.hasOwn(fields, name)) body.append(name, value)
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  body.append("action", action)
  return body
}

/** A page without what is in it only for scripts: templates, which may hold others, and data. */
export const seen = (page: string): string => {
  let left = page.replace(/<script type="application\/json"[^>]*>.*?<\/script>/gs, "")
  for (let before = ""; before !== left;) {
    before = left
    left = left.replace(/<template(?=[\s>])(?:(?!<template[\s>]).)*?<\/template>/gs, "")
  }
  return left
}

const plain = (escaped: string): string =>
  escaped
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")

export const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ""

/** What a person reads of a page, in one line. */
export const words = (page: string): string =>
  seen(page)
    .replace(/<span data-(?:says|number)[^>]*>([^<]*)<\/span>/g, "$1")
    .replace(/<head>.*<\/head>/s, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim()

/** What a page is there for: without its head, which has the switch of languages. */
export const main = (page: string): string => /<main.*<\/main>/s.exec(page)?.[0] ?? ""

/** What a page is headed by. */
export const heading = (page: string): string => words(/<h1[^>]*>(.*?)<\/h1>/s.exec(page)?.[1] ?? "")

const accept = ["application/pdf", "image/*"]

/** Every kind, required and not, in three sections. */
export const questionnaire = {
  format: 1,
  id: "pages",
  version: 1,
  language: "en",
  title: { en: "Check", es: "Control", sv: "Kontroll" },
  sections: [
    {
      id: "about",
      title: { en: "About you", es: "Sobre usted", sv: "Om dig" },
      description: "The *basics*.",
      items: [
        { id: "name", type: "text", label: "Your name", required: true, maxLength: 50, autocomplete: "name" },
        { id: "mail", type: "text", label: "Your e-mail", format: "email", help: "We **write** rarely." },
        { id: "story", type: "text", label: "Your story", long: true },
      ],
    },
    {
      id: "choices",
      title: { en: "Choices", es: "Opciones", sv: "Val" },
      items: [
        {
          id: "one",
          type: "choice",
          label: "Pick one",
          required: true,
          other: true,
          options: [
            { value: "red", label: { en: "Red", es: "Rojo", sv: "Röd" }, help: "Like blood" },
            { value: "blue", label: { en: "Blue", es: "Azul", sv: "Blå" } },
          ],
        },
        {
          id: "many",
          type: "choice",
          label: "Pick some",
          multiple: true,
          options: [
            { value: "cat", label: "Cat" },
            { value: "dog", label: "Dog" },
          ],
        },
        {
          id: "long",
          type: "choice",
          label: "Pick from many",
          options: Array.from({ length: 20 }, (_, at) => ({ value: `v${at}`, label: `Number ${at}` })),
        },
      ],
    },
    {
      id: "papers",
      title: { en: "Papers", es: "Papeles", sv: "Papper" },
      items: [
        { id: "passport", type: "upload", label: "Passport", required: true, accept, maxBytes: 100_000, maxFiles: 2 },
        { id: "book", type: "upload", label: "The whole book", accept, maxBytes: 15_000_000 },
      ],
    },
  ],
}

/**
 * A firm of its own, with this questionnaire sent to somebody, under a policy; the token of the mail's link. Of several
 * recipients each has an address of their own; `tokens` are by their ids.
 */
export const arrange = Effect.fnUntraced(function* (
  changes: Partial<ClientRequest.Details> = {},
  definition: unknown = questionnaire,
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
) {
  const firm = yield* TestFirm.firm
  const questionnaires = yield* Questionnaires
  const { stored } = yield* questionnaires.add(firm.member.workspaceId, JSON.stringify(definition))
  const recipients = (changes.recipients ?? [TestFirm.recipient("")]).map((one, index) => ({
    ...one,
    email: index === 0 ? firm.address : `${one.id}.${firm.address}`,
  }))
  const request = yield* TestFirm.sendRequest(firm.member, stored.ref, { ...changes, recipients }, policy)
  const tokens = Object.fromEntries(
    yield* Effect.forEach(recipients, ({ id, email }) =>
      Effect.map(TestFirm.mailTo(email), (mail) => [id, Redacted.value(TestFirm.tokenIn(mail))] as const),
    ),
  )
  const token = tokens[recipients[0]?.id ?? ""] ?? ""
  return { member: firm.member, stored, request, token, tokens, address: firm.address }
})

export const uuid = Crypto.uuid

/** Everything that is stored of requests, links and sessions, as text. */
export const stored = Effect.map(TestFirm.dump, (tables) => {
  const names = ["client_requests", "audit_entries", "answers", "submissions", "access_links", "customer_sessions"]
  return JSON.stringify(names.map((name) => tables[name]))
})

export const pdf = (name: string, size = 200): File =>
  new File(["%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "%".repeat(size), "\ntrailer\n<<>>\n%%EOF\n"], name, {
    type: "application/pdf",
  })
