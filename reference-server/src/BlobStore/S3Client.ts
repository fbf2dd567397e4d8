/**
 * One call to an S3-compatible service: signed (Signature Version 4, by aws4fetch), timed, tried again where that does no
 * harm, its failure said in a sentence. Every body is whole in memory and its digest signed with it, so nothing on the way
 * can change it, and none is ever sent as `UNSIGNED-PAYLOAD`, aws4fetch's silent default.
 */
import { createHash } from "node:crypto"
import * as http from "node:http"
import * as https from "node:https"
import { text as textOf } from "node:stream/consumers"
import { AwsV4Signer } from "aws4fetch"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { BlobStoreUnavailable } from "../BlobStore.ts"

export interface S3Options {
  /** Without a path: `https://s3.eu-north-1.amazonaws.com`. Buckets are named in the path, which every service knows. */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: Redacted.Redacted
  /** How long one call may take until its answer begins, and how long an answer may pause; thirty seconds unless set. */
  readonly patience?: Duration.Input
  /** How long to wait before a call is made again, three times as long before each further time; 100 ms unless set. */
  readonly pause?: Duration.Input
}

export interface Call {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  /** Of an object; the bucket itself is empty. Nothing in it needs escaping. */
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
  /** Statuses that are answers, not failures, beside 2xx. */
  readonly accepts?: ReadonlyArray<number>
  /** Longer than usual: the service puts a large object together. */
  readonly patience?: Duration.Input
}

export interface S3Client {
  /** The answer, whose body is to be read or `resume`d: until then it holds a connection. */
  readonly call: (call: Call) => Effect.Effect<http.IncomingMessage, BlobStoreUnavailable>
  /** The same, where nothing in its body counts. */
  readonly done: (call: Call) => Effect.Effect<http.IncomingMessage, BlobStoreUnavailable>
  /** The same, and its answer read as text. */
  readonly text: (call: Call) => Effect.Effect<string, BlobStoreUnavailable>
  readonly unavailable: (what: string) => BlobStoreUnavailable
  readonly patience: Duration.Duration
}

/** What is worth trying again, and whether it may have been done. */
interface Attempted {
  readonly error: BlobStoreUnavailable
  readonly again: "never" | "untouched" | "unknown"
}

export const make = (options: S3Options): S3Client => {
  const { Agent } = options.endpoint.startsWith("https:") ? https : http
  const agent = new Agent({ keepAlive: true })
  const patience = Duration.fromInputUnsafe(options.patience ?? "30 seconds")
  const unavailable = (what: string) =>
    new BlobStoreUnavailable({ reason: `The object storage ${options.endpoint} (${options.bucket}) ${what}.` })

  const signed = Effect.fnUntraced(function* ({ method, name, query, headers, body }: Call) {
    const url = new URL(`/${options.bucket}${name === "" ? "" : `/${name}`}`, options.endpoint)
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value)
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers, "x-amz-content-sha256": sha256(body ?? new Uint8Array()) },
      accessKeyId: options.accessKeyId,
      secretAccessKey: Redacted.value(options.secretAccessKey),
      // left out, both are guessed from the host
      service: "s3",
      region: options.region,
      datetime: new Date(yield* Clock.currentTimeMillis).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    })
    const request = yield* Effect.promise(() => signer.sign())
    return { url, headers: Object.fromEntries(request.headers) }
  })

  const attempt = (call: Call): Effect.Effect<http.IncomingMessage, Attempted> =>
    Effect.gen(function* () {
      const { url, headers } = yield* signed(call)
      const response = yield* Effect.tryPromise({
        try: (signal) => sent(url, { method: call.method, headers, signal, agent }, call.body),
        catch: (cause): Attempted => {
          const code = codeOf(cause)
          const again = unconnected.has(code) || cause instanceof Stale ? "untouched" : "unknown"
          return { error: unavailable(`cannot be reached (${code})`), again }
        },
      })
      const status = response.statusCode ?? 0
      if ((status >= 200 && status < 300) || call.accepts?.includes(status) === true) return response
      return yield* Effect.fail(yield* refusal(response, status))
    }).pipe(
      Effect.timeoutOrElse({
        duration: call.patience ?? patience,
        orElse: () => Effect.fail<Attempted>({ error: unavailable("did not answer in time"), again: "unknown" }),
      }),
    )

  const refusal = (response: http.IncomingMessage, status: number): Effect.Effect<Attempted> =>
    Effect.map(
      Effect.orElseSucceed(
        Effect.tryPromise(() => textOf(response)),
        () => "",
      ),
      (text) => {
        const code = element(text, "Code")
        const said = code === undefined ? String(status) : `${status} ${code}`
        const retryable = status >= 500 || status === 429 || status === 408
        const meaning = sentences[code ?? ""] ?? (retryable ? "put the call off" : "refused the call")
        const untouched = status === 503 || status === 429
        return {
          error: unavailable(`${meaning} (${said})`),
          again: retryable ? (untouched ? "untouched" : "unknown") : "never",
        }
      },
    )

  const call = (given: Call) =>
    attempt(given).pipe(
      Effect.retry({
        schedule: Schedule.jittered(Schedule.exponential(options.pause ?? "100 millis", 3)),
        times: 4,
        // a POST that was done once must not be done twice
        while: ({ again }) => again === "untouched" || (again === "unknown" && given.method !== "POST"),
      }),
      Effect.mapError(({ error }) => error),
    )

  const text = (given: Call) =>
    Effect.flatMap(call(given), (response) =>
      Effect.tryPromise({ try: () => textOf(response), catch: () => unavailable("broke off its answer") }).pipe(
        Effect.timeoutOrElse({
          duration: given.patience ?? patience,
          orElse: () => Effect.fail(unavailable("stopped in the middle of an answer")),
        }),
      ),
    )

  const done = (given: Call) => Effect.tap(call(given), (response) => Effect.sync(() => response.resume()))

  return { call, done, text, unavailable, patience }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** What an operator can do something about. */
const sentences: Readonly<Record<string, string>> = {
  NoSuchBucket: "has no such bucket",
  InvalidAccessKeyId: "does not know the access key",
  SignatureDoesNotMatch: "refuses the secret access key",
  AccessDenied: "does not let the access key do this",
  RequestTimeTooSkewed: "says that the clock of this machine is wrong",
  PermanentRedirect: "has the bucket in another region",
  AuthorizationHeaderMalformed: "has the bucket in another region",
  QuotaExceeded: "is full",
  SlowDown: "asks for fewer calls",
}

/** No connection: nothing was handed over. */
const unconnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])

/** The service had closed a connection that was kept for further calls, before it heard of this one. */
class Stale extends Error {
  readonly code = "ECONNRESET"
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no answer"

/** node:http, not fetch, which copies a body of 8 MiB twice. */
const sent = (url: URL, options: https.RequestOptions, body: Uint8Array | undefined): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? https : http
    const call = request(url, options, resolve)
    call.on("error", (error) => reject(call.reusedSocket && codeOf(error) === "ECONNRESET" ? new Stale() : error))
    if (body !== undefined) call.setHeader("content-length", body.length)
    call.end(body)
  })

/** The text of the first element of that name, in an answer as small and regular as those of S3. */
export const element = (xml: string, name: string): string | undefined => {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(amp|lt|gt|quot|apos|#34|#39);/g, (_, entity: string) => entities[entity] ?? "")
}
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  "#34": '"',
  "#39": "'",
}

/** What is inside each element of that name. */
export const elements = (xml: string, name: string): ReadonlyArray<string> =>
  [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, "gs"))].map(([, inside = ""]) => inside)
