/** The services of the server without their surroundings: what HTTP, the worker and the tests stand on. */
import { Crypto } from "@requite/core"
import * as Layer from "effect/Layer"
import * as clientRequests from "./ClientRequests/layer.ts"
import { Config, type ServerConfig } from "./Config.ts"
import * as customerAccess from "./CustomerAccess/layer.ts"
import * as members from "./Members/layer.ts"
import * as Outbox from "./Outbox.ts"
import * as MailQueue from "./Outbox/MailQueue.ts"
import { NodeCrypto, NodeServices } from "./platform/Node.ts"
import * as questionnaires from "./Questionnaires/layer.ts"
import * as RateLimits from "./RateLimits.ts"
import * as uploads from "./Uploads/layer.ts"
import * as workspaces from "./Workspaces/layer.ts"

/** What requests, mails and people are, over a database, a mailer and a blob store of the caller's. */
export const layer = Layer.mergeAll(uploads.layer, customerAccess.layer).pipe(
  Layer.provideMerge(clientRequests.layer),
  Layer.provideMerge(Layer.mergeAll(Outbox.layer, questionnaires.layer, members.layer, workspaces.layer)),
  Layer.provideMerge(Layer.mergeAll(MailQueue.layer, RateLimits.layer)),
)

/** What the platform gives: cryptography, files, the configuration. */
export const platform = (config: ServerConfig) =>
  Layer.mergeAll(
    Layer.succeed(Config, config),
    Crypto.layer(globalThis.crypto),
    NodeCrypto.layerKdf,
    NodeCrypto.layerSecureRandom,
    NodeServices.layer,
  )
