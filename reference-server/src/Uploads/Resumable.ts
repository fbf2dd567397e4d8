/**
 * Resumable uploads as the IETF drafts them (draft-ietf-httpbis-resumable-upload), over arrivals: the same files on their way as
 * tus has, at the same addresses. A request that names no version of tus, and says how far or how complete it is, speaks this.
 *
 * Where the draft leaves a choice: the length is known from the beginning, because room is kept for it; a file is taken in when
 * the sender says that it is complete, and not because all of its bytes are there; what a complete one is answered with is what
 * has become of it. Which question it answers stands in the address, its name in `Content-Disposition`.
 */
import { randomUUID } from "node:crypto"
import { ServerResponse } from "node:http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { Config } from "../Config.ts"
import type { Customer } from "../Customer.ts"
import { HttpEffect, HttpIncomingMessage, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { NodeHttpServerRequest } from "../platform/Node.ts"
import type { Arrival, ArrivalGone, Arrivals, Refused } from "./Arrivals.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** What the address of a creation says. */
export interface Asked {
  readonly question?: string
  readonly revision?: string
}

const mediaType = "application/partial-upload"
/** Versions of the draft, from 09 on: they say the same, and a 104 is for nobody who speaks another one. */
const interop: ReadonlySet<string> = new Set(["8", "9"])
const lifetimeSeconds = 86_400
/** A body up to this size is read to its end though it is refused, so that its sender hears why and not a broken line. */
const patience = 16_777_216

/** Is this request in the words of the draft? Asking for the offset and giving up have no headers of their own. */
export const isSpoken = ({ headers, method }: Request): boolean =>
  headers["tus-resumable"] === undefined &&
  (method === "HEAD" ||
    method === "DELETE" ||
    headers["upload-complete"] !== undefined ||
    (method === "PATCH" && headers["upload-offset"] !== undefined))

export const make = Effect.fnUntraced(function* (arrivals: Arrivals) {
  const { uploads } = yield* Config

  const limits = (seconds: number) => `max-size=${uploads.fileBytes}, min-size=1, max-age=${Math.max(0, seconds)}`
  const limitsOf = ({ expiresAt }: Arrival) =>
    Effect.map(Clock.currentTimeMillis, (now) => limits(Math.floor((expiresAt - now) / 1000)))

  /** Adds the content of a request from where it says; `whole`: the answer to who has sent the end. */
  const add = Effect.fnUntraced(function* <E, R>(
    customer: Customer,
    id: string,
    { content, isComplete, length, offset, size }: Piece,
    whole: Effect.Effect<Response, E, R>,
  ) {
    const hold = yield* arrivals.hold(customer, id)
    const arrival = yield* arrivals.of(customer, id)
    const { bytes } = arrival
    if (isOver(arrival)) return size === 0 ? completed : inconsistent({ complete: true, offset: bytes })
    if (offset !== arrival.arrived) return mismatching(arrival.arrived, offset)
    if ((length !== null && length !== bytes) || offset + (size ?? 0) > bytes) {
      return inconsistent({ complete: false, offset })
    }
    const written = yield* arrivals.write(arrival, hold, offset, content).pipe(
      Effect.catchTags({
        BlobOffsetMismatch: ({ arrived }) => Effect.succeed({ elsewhere: arrived }),
        // the draft has it end so: what is longer than it said is none that could be gone on with
        BlobTooLarge: () => Effect.as(arrivals.abandon(customer, id), null),
      }),
    )
    if (written === null) return inconsistent({ complete: false, offset: null })
    if ("elsewhere" in written) return mismatching(written.elsewhere, offset)
    const { arrived, isSlow } = written
    const state = { "upload-complete": "?0", "upload-offset": String(arrived) }
    if (isSlow) return problem(408, "the upload came too slowly", { headers: { ...state, connection: "close" } })
    // a newer request of the same session took its turn
    if (size !== null && arrived < offset + size)
      return problem(503, "the upload was cut off", { headers: { ...state, connection: "close" } })
    if (!isComplete) return HttpServerResponse.empty({ status: 204, headers: state })
    if (arrived < bytes) return inconsistent({ complete: false, offset: arrived })
    // from here on an error is one of the file, and no reason to send it again
    yield* withHeaders({ "upload-complete": "?1" })
    yield* arrivals.finish(customer, id)
    return HttpServerResponse.setHeader(yield* whole, "upload-offset", String(bytes))
  }, Effect.scoped)

  const create = Effect.fnUntraced(function* <E, R>(
    customer: Customer,
    request: Request,
    content: Piece["content"],
    { question = "", revision = "" }: Asked,
    whole: (id: string) => Effect.Effect<Response, E, R>,
  ) {
    const isComplete = booleanIn(request.headers["upload-complete"])
    if (isComplete === null) return problem(400, "Upload-Complete is ?0 or ?1")
    const { length, size, agree } = lengthsIn(request, 0, isComplete)
    if (!agree || (length !== null && (size ?? 0) > length)) return inconsistent({ complete: false, offset: null })
    if (length === null) return problem(411, "the length of the upload is wanted: Upload-Length")
    const id = randomUUID()
    const at = `${request.url.replace(/[?].*$/, "")}/${id}`
    yield* arrivals.begin(customer, {
      id,
      question,
      revision: /^\d{1,9}$/.test(revision) ? Number(revision) : 0,
      name: nameIn(request.headers["content-disposition"] ?? ""),
      bytes: length,
    })
    const told = { location: at, "upload-limit": limits(lifetimeSeconds) }
    announce(request, told)
    const piece = { content, isComplete, length, offset: 0, size }
    const answer = HttpServerResponse.setHeaders(yield* add(customer, id, piece, whole(id)), told)
    return answer.status === 204 ? HttpServerResponse.setStatus(answer, 201) : answer
  })

  const append = Effect.fnUntraced(function* <E, R>(
    customer: Customer,
    id: string,
    request: Request,
    content: Piece["content"],
    whole: (id: string) => Effect.Effect<Response, E, R>,
  ) {
    const { headers } = request
    if (headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== mediaType) {
      return problem(415, `an upload is gone on with as ${mediaType}`, { headers: { "accept-patch": mediaType } })
    }
    const [isComplete, offset] = [booleanIn(headers["upload-complete"]), integerIn(headers["upload-offset"])]
    if (isComplete === null) return problem(400, "Upload-Complete is ?0 or ?1")
    if (offset === null) return problem(400, "Upload-Offset is a number of bytes")
    const { length, size, agree } = lengthsIn(request, offset, isComplete)
    // the offset is looked at first: a length that was reckoned from a wrong one tells the sender nothing
    const said = agree ? length : -1
    return yield* add(customer, id, { content, isComplete, length: said, offset, size }, whole(id))
  })

  const head = Effect.fnUntraced(function* (customer: Customer, id: string) {
    // whoever writes gives way, so that what is said here can be gone on from
    yield* arrivals.hold(customer, id)
    const arrival = yield* arrivals.of(customer, id)
    return HttpServerResponse.empty({
      status: 204,
      headers: {
        "upload-complete": isOver(arrival) ? "?1" : "?0",
        "upload-offset": String(arrival.arrived),
        "upload-length": String(arrival.bytes),
        "upload-limit": yield* limitsOf(arrival),
        "cache-control": "no-store",
      },
    })
  }, Effect.scoped)

  const remove = Effect.fnUntraced(function* (customer: Customer, id: string) {
    yield* arrivals.hold(customer, id)
    // what was taken in is removed as a file
    if (isOver(yield* arrivals.of(customer, id))) return completed
    yield* arrivals.abandon(customer, id)
    return HttpServerResponse.empty({ status: 204 })
  }, Effect.scoped)

  /** Answers one request of the draft; `id`: the arrival that its address names; `whole`: what has become of a complete one. */
  const answer = Effect.fnUntraced(function* <E, R>(
    customer: Customer,
    id: string | null,
    asked: Asked,
    whole: (id: string) => Effect.Effect<Response, E, R>,
  ): Effect.fn.Return<Response, E | Refused | ArrivalGone, R | Request> {
    const request = yield* HttpServerRequest.HttpServerRequest
    let isRead = false
    const content = request.stream.pipe(
      Stream.onStart(Effect.sync(() => void (isRead = true))),
      Stream.provideService(HttpIncomingMessage.MaxBodySize, undefined),
    )
    // a body that nobody wanted ends with its connection, unless it is short enough to be heard out
    const unread = Effect.suspend(() => {
      if (isRead || sizeOf(request) === 0) return Effect.void
      if ((sizeOf(request) ?? Infinity) > patience) return withHeaders({ connection: "close" })
      return Stream.runDrain(content).pipe(Effect.ignore, Effect.timeoutOption("5 seconds"), Effect.asVoid)
    })
    yield* HttpEffect.appendPreResponseHandler((_request, response) =>
      Effect.succeed(
        response.status === 413 && response.headers["upload-limit"] === undefined
          ? HttpServerResponse.setHeader(response, "upload-limit", limits(lifetimeSeconds))
          : response,
      ),
    )
    const spoken = Effect.suspend(() => {
      if (id === null) return create(customer, request, content, asked, whole)
      if (request.method === "HEAD") return head(customer, id)
      if (request.method === "DELETE") return remove(customer, id)
      return append(customer, id, request, content, whole)
    })
    return yield* spoken.pipe(
      Effect.catchTag("ArrivalBusy", () => Effect.succeed(problem(423, "another request writes to this upload"))),
      // who was cut off sends no more, or in vain
      Effect.onExit((exit) => (Exit.isSuccess(exit) && exit.value.status === 503 ? Effect.void : unread)),
    )
  })

  /** What `OPTIONS` says of it. */
  const support = { "accept-patch": mediaType, "upload-limit": limits(lifetimeSeconds) }

  return { answer, support }
})

/** What a request brings. */
interface Piece {
  readonly content: Stream.Stream<Uint8Array, unknown>
  readonly isComplete: boolean
  /** Of the whole file, as this request says it; null: it does not. */
  readonly length: number | null
  readonly offset: number
  /** Bytes of this request; null: it does not say. */
  readonly size: number | null
}

const isOver = ({ isWhole, state }: Arrival): boolean => isWhole || state !== "arriving"

// structured fields (RFC 9651): what has another form is passed over, and parameters say nothing here
const integerIn = (said = ""): number | null => {
  const found = /^ *(\d{1,15}) *(?:;.*)?$/.exec(said)?.[1]
  return found === undefined ? null : Number(found)
}
const booleanIn = (said = ""): boolean | null => {
  const found = /^ *\?([01]) *(?:;.*)?$/.exec(said)?.[1]
  return found === undefined ? null : found === "1"
}

/** Bytes that the request brings; null: it comes until it ends. */
const sizeOf = ({ headers }: Request): number | null =>
  headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : null

/** The length of the file, of which there are two signs; `agree`: they say the same. */
const lengthsIn = (request: Request, offset: number, isComplete: boolean) => {
  const said = integerIn(request.headers["upload-length"])
  const size = sizeOf(request)
  const end = isComplete && size !== null ? offset + size : null
  return { length: said ?? end, size, agree: said === null || end === null || said === end }
}

/** The name in a `Content-Disposition` (RFC 6266); none: an empty one. */
const nameIn = (said: string): string => {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(said)?.[1]
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended)
    } catch {
      // the other one is for those who cannot read this one
    }
  }
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(said)?.[1]
  return quoted?.replace(/\\(.)/g, "$1") ?? /;\s*filename\s*=\s*([^;\s"]+)/i.exec(said)?.[1] ?? ""
}

/** 104, to who can do something with it; HTTP/1.0, as many a proxy speaks it, knows no answer before the answer. */
const announce = (request: Request, headers: Readonly<Record<string, string>>): void => {
  const version = request.headers["upload-draft-interop-version"] ?? ""
  const response = NodeHttpServerRequest.toServerResponse(request)
  if (!interop.has(version) || !(response instanceof ServerResponse) || response.req.httpVersion !== "1.1") return
  response.writeInformation(104, { ...headers, "upload-draft-interop-version": version })
}

const withHeaders = (headers: Readonly<Record<string, string>>) =>
  HttpEffect.appendPreResponseHandler((_request, response) =>
    Effect.succeed(HttpServerResponse.setHeaders(response, headers)),
  )

/** A problem (RFC 9457); without a type it is what its status says. */
const problem = (
  status: number,
  title: string,
  { type, more, headers = {} }: { type?: string; more?: object; headers?: Readonly<Record<string, string>> } = {},
) =>
  HttpServerResponse.text(
    JSON.stringify({
      type: type === undefined ? "about:blank" : `https://iana.org/assignments/http-problem-types#${type}`,
      title,
      status,
      ...more,
    }),
    { status, contentType: "application/problem+json", headers },
  )

const mismatching = (expected: number, provided: number) =>
  problem(409, "offset from request does not match offset of resource", {
    type: "mismatching-upload-offset",
    more: { "expected-offset": expected, "provided-offset": provided },
    headers: { "upload-complete": "?0", "upload-offset": String(expected) },
  })

const inconsistent = ({ complete, offset }: { readonly complete: boolean; readonly offset: number | null }) =>
  problem(400, "inconsistent length values for upload", {
    type: "inconsistent-upload-length",
    headers: {
      "upload-complete": complete ? "?1" : "?0",
      ...(offset === null ? {} : { "upload-offset": String(offset) }),
    },
  })

const completed = problem(400, "upload is already completed", {
  type: "completed-upload",
  headers: { "upload-complete": "?1" },
})
