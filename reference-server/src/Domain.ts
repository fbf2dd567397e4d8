/** The services of the server without their surroundings: what HTTP, the worker and the tests stand on. */
import * as Layer from "effect/Layer"
import * as branding from "./Branding/layer.ts"
import * as accessCodes from "./AccessCodes/layer.ts"
import * as Batches from "./Batches.ts"
import * as clientRequests from "./ClientRequests/layer.ts"
import * as contacts from "./Contacts/layer.ts"
import * as conversations from "./Conversations/layer.ts"
import { Config, type ServerConfig } from "./Config.ts"
import * as dataKeys from "./DataKeys/layer.ts"
import * as starting from "./DataKeys/starting.ts"
import * as Downloads from "./Downloads.ts"
import * as customerAccess from "./CustomerAccess/layer.ts"
import * as Doctor from "./Doctor.ts"
import * as documents from "./Documents/layer.ts"
import * as Handouts from "./Documents/Handouts.ts"
import * as Shares from "./Documents/Shares.ts"
import * as embedding from "./Embedding.ts"
import * as Links from "./CustomerAccess/Links.ts"
import * as mailTemplates from "./MailTemplates/layer.ts"
import * as events from "./Events/layer.ts"
import * as files from "./Files/layer.ts"
import * as folderMail from "./FolderMail/layer.ts"
import * as members from "./Members/layer.ts"
import * as operations from "./Operations/layer.ts"
import * as Readiness from "./Operations/Readiness.ts"
import * as Outbox from "./Outbox.ts"
import * as MailQueue from "./Outbox/MailQueue.ts"
import { NodeCrypto, NodeServices } from "./platform/Node.ts"
import * as NodeHashing from "./platform/NodeHashing.ts"
import * as portal from "./Portal/layer.ts"
import * as PortalFolders from "./Portal/Folders.ts"
import * as Passkeys from "./Portal/Passkeys.ts"
import * as PortalRequests from "./Portal/Requests.ts"
import * as Previews from "./Previews.ts"
import * as questionnaires from "./Questionnaires/layer.ts"
import * as RateLimits from "./RateLimits.ts"
import * as record from "./Record/layer.ts"
import * as RequestTemplates from "./RequestTemplates.ts"
import * as Returns from "./Returns.ts"
import * as customerLimits from "./RateLimits/Customers.ts"
import * as senders from "./Senders/layer.ts"
import * as UnsubscribeLinks from "./UnsubscribeLinks.ts"
import * as Suppressions from "./Suppressions.ts"
import * as Timelines from "./Timelines.ts"
import * as Vault from "./Vault.ts"
import * as uploads from "./Uploads/layer.ts"
import * as Guard from "./Webhooks/Guard.ts"
import * as webhooks from "./Webhooks/layer.ts"
import * as workItems from "./WorkItems/layer.ts"
import * as workspaces from "./Workspaces/layer.ts"

/** What requests, mails and people are, over a database, a mailer and a blob store of the caller's. */
export const layer = Layer.mergeAll(
  Layer.provideMerge(
    Layer.mergeAll(PortalFolders.layer, folderMail.layer),
    Layer.mergeAll(uploads.layer, PortalRequests.layer),
  ),
  Layer.provideMerge(Passkeys.layer, portal.layer),
  customerAccess.layer,
  UnsubscribeLinks.layer,
  Shares.layer,
  Doctor.layer,
  Batches.layer,
  Returns.layer,
  operations.layer,
  Readiness.layer,
  starting.layer,
  Downloads.layer,
  Previews.layer,
  conversations.layer,
  embedding.layer,
  Timelines.layer,
  RequestTemplates.layer,
).pipe(
  Layer.provideMerge(record.layer),
  Layer.provideMerge(accessCodes.layer),
  Layer.provideMerge(clientRequests.layer),
  // requests tell the work and the folders what happened to them
  Layer.provideMerge(
    Layer.mergeAll(
      contacts.layer,
      workItems.layer,
      Layer.provideMerge(Handouts.layer, documents.layer),
      senders.layer,
      mailTemplates.layer,
      branding.layer,
    ),
  ),
  Layer.provideMerge(
    Layer.mergeAll(
      Outbox.layer,
      Suppressions.layer,
      Links.layer,
      questionnaires.layer,
      members.layer,
      workspaces.layer,
    ),
  ),
  Layer.provideMerge(files.layer),
  Layer.provideMerge(webhooks.layer),
  Layer.provideMerge(Layer.mergeAll(events.layer, Layer.provide(Guard.layer, Guard.resolver))),
  Layer.provideMerge(customerLimits.layer),
  Layer.provideMerge(dataKeys.layer),
  Layer.provideMerge(Layer.mergeAll(MailQueue.layer, RateLimits.layer, Vault.layer)),
)

/** What the platform gives: cryptography, files, the configuration. */
export const platform = (config: ServerConfig) =>
  Layer.mergeAll(
    Layer.succeed(Config, config),
    NodeHashing.layer,
    NodeCrypto.layerAead,
    NodeCrypto.layerKdf,
    NodeCrypto.layerSecureRandom,
    NodeServices.layer,
  )
