/**
 * The server, put together: a configuration in, everything out that listens, works and sweeps. `main.ts` runs it; tests
 * run it in their own process.
 */
import { createServer } from "node:http"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { AccessCodes } from "./AccessCodes.ts"
import * as AccessLog from "./AccessLog.ts"
import * as Api from "./Api.ts"
import * as folder from "./BlobStore/folder.ts"
import { ClientRequests } from "./ClientRequests.ts"
import { isLoopback, type ServerConfig } from "./Config.ts"
import * as CustomerPages from "./CustomerPages.ts"
import * as Database from "./Database.ts"
import * as Domain from "./Domain.ts"
import * as FirmPages from "./FirmPages.ts"
import * as Samples from "./FirmPages/Samples.ts"
import * as IdempotencyKeys from "./IdempotencyKeys.ts"
import * as mailbox from "./Mailer/mailbox.ts"
import * as smtp from "./Mailer/smtp.ts"
import { RateLimits } from "./RateLimits.ts"
import * as SmsSender from "./SmsSender.ts"
import * as sms from "./SmsSender/http.ts"
import * as outbox from "./SmsSender/outbox.ts"
import * as worker from "./Outbox/worker.ts"
import * as PageSecurity from "./PageSecurity.ts"
import { ByteSize } from "./platform/Files.ts"
import { HttpIncomingMessage, HttpMiddleware, HttpRouter } from "./platform/Http.ts"
import { NodeHttpServer } from "./platform/Node.ts"

/** Sends, reminds and expires what is due: requests say themselves when they next need attention, and any process may look. */
const sweeper = Layer.effectDiscard(
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const limits = yield* RateLimits
    const codes = yield* AccessCodes
    const keys = yield* IdempotencyKeys.make
    yield* requests.sweep.pipe(
      Effect.repeat({ while: (looked) => looked === 100 }),
      Effect.andThen(limits.sweep),
      Effect.andThen(codes.sweep),
      Effect.andThen(keys.sweep),
      Effect.catchCause((cause) => Effect.logWarning("the sweep failed and will be tried again", cause)),
      Effect.repeat(Schedule.spaced("10 seconds")),
      Effect.forkScoped,
    )
  }),
)

/** Without a provider, SMS are kept for a developer to read; nobody else may. */
const smsSender = ({ smsUrl, smsToken, smsFrom, publicUrl, dataDir }: ServerConfig) => {
  if (smsUrl !== undefined && smsToken !== undefined) return sms.layer({ url: smsUrl, token: smsToken, from: smsFrom })
  return isLoopback(new URL(publicUrl).hostname) ? outbox.layer(join(dataDir, "dev-sms")) : SmsSender.unavailable
}

/** The adapters that a configuration chooses. */
const adapters = (config: ServerConfig) =>
  Layer.mergeAll(
    config.smtpUrl === undefined
      ? mailbox.layer(join(config.dataDir, "dev-mail"))
      : smtp.layer({ url: config.smtpUrl }),
    smsSender(config),
    folder.layer(join(config.dataDir, "files")),
    Samples.layer,
    Database.layer({ url: config.databaseUrl, dataDir: config.dataDir }),
  )

/** Only what is the same for everybody: compressing a page with a secret and with what a stranger typed tells of the secret
 * by its length (BREACH). */
const compressed = HttpMiddleware.compression({
  compressible: (type) => /^(text\/(css|javascript)|image\/svg\+xml)\b/.test(type),
})

/** Node's own end of a whole request is five minutes, which a large file on a slow line needs; heads come at once. */
const patience = { requestTimeout: 3_600_000, headersTimeout: 30_000 }

/** Behind a proxy, whoever it speaks for: their limits are theirs, not the proxy's. */
const fromBehind = ({ trustedProxies }: ServerConfig) => HttpMiddleware.xForwardedHeaders({ trustedProxies })

const http = (config: ServerConfig) =>
  HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer), {
    // the default one would write addresses with link tokens into the log (S12)
    disableLogger: true,
    middleware: (app) => AccessLog.middleware(PageSecurity.withLastPages(config)(fromBehind(config)(compressed(app)))),
  }).pipe(
    // Effect's default is unlimited; uploads stream and have limits of their own
    Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(4))),
    Layer.provide(
      NodeHttpServer.layer(() => createServer(patience), {
        host: config.host,
        port: config.port,
        gracefulShutdownTimeout: "10 seconds",
      }),
    ),
  )

/** Everything, running for as long as the layer. */
export const layer = (config: ServerConfig) =>
  Layer.mergeAll(http(config), worker.layer, sweeper).pipe(
    Layer.provideMerge(Domain.layer),
    Layer.provideMerge(adapters(config)),
    Layer.provideMerge(Domain.platform(config)),
  )
