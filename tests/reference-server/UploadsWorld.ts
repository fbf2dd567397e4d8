/** Customers who upload in pieces, in plain HTTP as tus speaks it; and questionnaires that take more than a passport. */
import { Uploads } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Answer, call, ours } from "../api/TestApi.ts"
import { decoded, enter, type Entered } from "./ApiCustomerWorld.ts"

export const tus = { "tus-resumable": "1.0.0" } as const
const piece = { "content-type": "application/offset+octet-stream" } as const

const base64 = (text: string) => Buffer.from(text).toString("base64")

export interface Said {
  readonly name?: string
  readonly question?: string
  readonly revision?: number
}

export const metadata = ({ name = "passport.pdf", question = "passport", revision = 1 }: Said = {}) =>
  `question ${base64(question)},filename ${base64(name)},revision ${base64(String(revision))}`

/** Begins an upload of so many bytes; `with_`: more headers. */
export const create = (
  { at, headers }: Entered,
  bytes: number | string,
  said: Said = {},
  with_: Readonly<Record<string, string>> = {},
  body?: Uint8Array<ArrayBuffer>,
) =>
  call("POST", `${at}/uploads`, {
    headers: { ...headers, ...tus, "upload-length": String(bytes), "upload-metadata": metadata(said), ...with_ },
    ...(body === undefined ? {} : { body }),
  })

/** The address of a new upload. */
export const begun = (who: Entered, bytes: number, said: Said = {}) =>
  Effect.map(create(who, bytes, said), (answer) => {
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body}`)
    return answer.headers["location"] ?? ""
  })

export const patch = (
  { headers }: Entered,
  at: string,
  offset: number | string,
  body: Uint8Array<ArrayBuffer>,
  with_: Readonly<Record<string, string>> = {},
) => call("PATCH", at, { headers: { ...headers, ...tus, ...piece, "upload-offset": String(offset), ...with_ }, body })

/** The first piece, as it comes. */
export const stream = ({ headers }: Entered, url: string, body: ReadableStream) => {
  const init = {
    method: "PATCH",
    headers: { ...headers, ...tus, ...piece, "upload-offset": "0" },
    body,
    duplex: "half",
  }
  return fetch(url, init)
}

export const head = ({ headers }: Entered, at: string) => call("HEAD", at, { headers: { ...headers, ...tus } })

export const remove = ({ headers }: Entered, at: string) => call("DELETE", at, { headers: { ...headers, ...tus } })

export const result = ({ headers }: Entered, at: string) => call("GET", `${at}/result`, { headers })

export const resultOf = (who: Entered, at: string) =>
  Effect.map(result(who, at), (answer) => decoded(Uploads.UploadResult, answer))

/** Sends a whole file in one go, and gives the answer of its last piece, and what became of it. */
export const send = (who: Entered, name: string, content: Uint8Array<ArrayBuffer>, question = "papers") =>
  Effect.gen(function* () {
    const made = yield* create(who, content.length, { name, question })
    if (made.status !== 201) return { answer: made, at: "" }
    const at = made.headers["location"] ?? ""
    return { answer: yield* patch(who, at, 0, content), at }
  })

/** The codes that an answer refuses a file with. */
export const codesOf = ({ body }: Answer): ReadonlyArray<string> =>
  Schema.decodeUnknownSync(Schema.Struct({ problems: Schema.Array(Schema.Struct({ code: Schema.String })) }))(
    JSON.parse(body),
  ).problems.map(({ code }) => code)

const questionnaire = JSON.stringify({
  format: 1,
  id: "papers",
  version: 1,
  language: "en",
  title: "Papers",
  sections: [
    {
      id: "all",
      title: "Papers",
      items: [
        {
          id: "papers",
          type: "upload",
          label: "Papers",
          accept: [
            "application/pdf",
            "image/*",
            "text/csv",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
          ],
          maxBytes: 30_000_000,
          maxFiles: 100,
        },
        { id: "one", type: "upload", label: "One", accept: ["application/pdf"], maxBytes: 1_000_000 },
        {
          id: "packed",
          type: "upload",
          label: "Packed",
          accept: ["application/zip"],
          maxBytes: 30_000_000,
          maxFiles: 20,
        },
        {
          id: "photos",
          type: "upload",
          label: "Photos",
          accept: ["image/*", "application/pdf"],
          maxBytes: 30_000_000,
          maxFiles: 100,
          withoutLocation: true,
        },
        { id: "any", type: "upload", label: "Any", accept: ["application/*"], maxBytes: 30_000_000, maxFiles: 20 },
      ],
    },
  ],
})

/** Stores the questionnaire of these tests. */
export const prepared = Effect.flatMap(ours, (api) => api.questionnaires.add({ payload: { source: questionnaire } }))

/** A customer who is asked for papers. */
export const asked = (title: string) => enter(title, { id: "papers" })
