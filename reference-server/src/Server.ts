/**
 * The server, put together: a configuration in, everything out that listens, works and sweeps. `main.ts` runs it; tests
 * run it in their own process.
 */
import { createServer } from "node:http"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as AccessLog from "./AccessLog.ts"
import * as Api from "./Api.ts"
import * as files from "./BlobStore/chosen.ts"
import * as Caller from "./Caller.ts"
import { isLoopback, type ServerConfig } from "./Config.ts"
import * as CustomerPages from "./CustomerPages.ts"
import * as LastPages from "./CustomerPages/LastPages.ts"
import * as Database from "./Database.ts"
import * as Downloads from "./Downloads.ts"
import * as Domain from "./Domain.ts"
import * as scanning from "./Files/scanning.ts"
import * as FirmPages from "./FirmPages.ts"
import * as Samples from "./FirmPages/Samples.ts"
import * as mailbox from "./Mailer/mailbox.ts"
import * as smtp from "./Mailer/smtp.ts"
import * as senderKeys from "./Senders/keys.ts"
import * as LetterWorker from "./Members/LetterWorker.ts"
import * as SmsSender from "./SmsSender.ts"
import * as sms from "./SmsSender/http.ts"
import * as outbox from "./SmsSender/outbox.ts"
import * as webhookWorker from "./Webhooks/worker.ts"
import * as testMails from "./MailTemplates/testMails.ts"
import * as MetricsPage from "./Observability/MetricsPage.ts"
import * as Tracing from "./Observability/Tracing.ts"
import * as Heartbeats from "./Operations/Heartbeats.ts"
import * as Stopping from "./Operations/Stopping.ts"
import * as worker from "./Outbox/worker.ts"
import * as clamd from "./VirusScanner/clamd.ts"
import * as noScanner from "./VirusScanner/none.ts"
import * as Pressure from "./Pressure.ts"
import * as Sweeper from "./Sweeper.ts"
import * as returnsListener from "./Returns/listener.ts"
import * as returnsRoutes from "./Returns/routes.ts"
import * as PortalLetters from "./Portal/Letters.ts"
import * as PortalPages from "./PortalPages.ts"
import { ByteSize } from "./platform/Files.ts"
import { HttpIncomingMessage, HttpMiddleware, HttpRouter } from "./platform/Http.ts"
import { NodeHttpServer } from "./platform/Node.ts"

/** Without a provider, SMS are kept for a developer to read; nobody else may. */
const smsSender = ({ smsUrl, smsToken, smsFrom, publicUrl, dataDir }: ServerConfig) => {
  if (smsUrl !== undefined && smsToken !== undefined) return sms.layer({ url: smsUrl, token: smsToken, from: smsFrom })
  return isLoopback(new URL(publicUrl).hostname) ? outbox.layer(join(dataDir, "dev-sms")) : SmsSender.unavailable
}

const mailer = (config: ServerConfig) =>
  config.smtpUrl === undefined ? mailbox.layer(join(config.dataDir, "dev-mail")) : smtpMailer(config, config.smtpUrl)

export const smtpMailer = (config: ServerConfig, url: Redacted.Redacted) =>
  Layer.unwrap(Effect.map(senderKeys.ofServer(config), (serverKey) => smtp.layer({ url, serverKey })))

export const database = ({ databaseUrl, databaseAdminUrl, databaseRole, dataDir }: ServerConfig) =>
  Database.layer({ url: databaseUrl, adminUrl: databaseAdminUrl, role: databaseRole, dataDir })

const scanner = ({ clamd: options }: ServerConfig) => (options === undefined ? noScanner.layer : clamd.layer(options))

/** The adapters that a configuration chooses. */
export const adapters = (config: ServerConfig) =>
  Layer.mergeAll(
    mailer(config),
    smsSender(config),
    Samples.layer,
    scanner(config),
    // the keys that files are encrypted with are of the database
    Layer.provideMerge(files.layer(config), database(config)),
  )

/** What is the same for everybody. Compressing a page with a secret and with what a stranger typed tells of the secret by its
 * length (BREACH): the customer's pages, where length matters, mask theirs and are compressed there (CustomerPages/Route). */
const compressed = HttpMiddleware.compression({
  compressible: (type) => /^(text\/(css|javascript)|image\/svg\+xml)\b/.test(type),
})

/** Behind a proxy, whoever it speaks for: their limits are theirs, not the proxy's. */
const fromBehind = ({ trustedProxies }: ServerConfig) => HttpMiddleware.xForwardedHeaders({ trustedProxies })

const http = (config: ServerConfig) => {
  const load = Pressure.load(config.maxInFlight)
  const routes = Layer.mergeAll(
    CustomerPages.layer,
    PortalPages.layer,
    FirmPages.layer,
    Api.layer,
    returnsRoutes.layer,
    MetricsPage.layer(load),
    Downloads.routes,
  )
  return HttpRouter.serve(Layer.provide(routes, Pressure.routed.layer), {
    // the default one would write addresses with link tokens into the log (S12)
    disableLogger: true,
    middleware: (app) =>
      app.pipe(
        compressed,
        Downloads.apart(config),
        Caller.middleware(config),
        fromBehind(config),
        LastPages.middleware(config),
        Pressure.inFlight(config, load),
        AccessLog.middleware(config.trustedProxies),
      ),
  }).pipe(
    // Effect's default is unlimited; uploads stream and have limits of their own
    Layer.provide(Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(4))),
    Layer.provide(
      NodeHttpServer.layer(() => Pressure.settled(createServer(Pressure.socket)), {
        host: config.host,
        port: config.port,
        gracefulShutdownTimeout: `${config.shutdownGrace} seconds`,
      }),
    ),
  )
}

/** What is told of this process, and by it. */
const surroundings = (config: ServerConfig) =>
  Layer.mergeAll(
    Tracing.layer(config),
    Layer.sync(Heartbeats.Heartbeats, Heartbeats.make),
    Layer.sync(Stopping.Stopping, () => ({ isStopping: false })),
  )

/** Everything, running for as long as the layer. */
export const layer = (config: ServerConfig) =>
  Stopping.layer(`${config.shutdownDelay} seconds`).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        http(config),
        worker.layer,
        returnsListener.layer,
        LetterWorker.layer,
        PortalLetters.worker,
        testMails.worker,
        webhookWorker.layer,
        scanning.layer,
        Sweeper.layer,
      ),
    ),
    Layer.provideMerge(Domain.layer),
    Layer.provideMerge(adapters(config)),
    Layer.provideMerge(Domain.platform(config)),
    Layer.provideMerge(surroundings(config)),
  )
