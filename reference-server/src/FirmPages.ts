/**
 * The firm's pages: first start, sign-in, questionnaires, requests, work, contacts, API keys, settings and the development mailbox. Server-rendered
 * and complete without JavaScript; all words come from the firm's catalogue in the workspace's language.
 *
 * Words: a *visit* is a member at one of the pages, a *visitor* is somebody who is not signed in; a *page* is read, an
 * *action* is a form that was sent, a *mistake* is something in it that has to be mended, a *refusal* is the core's.
 */
import { Crypto } from "@requite/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { AccessCodes } from "./AccessCodes.ts"
import { ClientRequests } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import { Contacts } from "./Contacts.ts"
import { Conversations } from "./Conversations.ts"
import { CustomerAccess } from "./CustomerAccess.ts"
import { Brandings } from "./Branding.ts"
import * as AccountPages from "./FirmPages/AccountPages.ts"
import * as BrandingPages from "./FirmPages/BrandingPages.ts"
import * as ContactLogin from "./FirmPages/ContactLogin.ts"
import * as ConversationActions from "./FirmPages/ConversationActions.ts"
import * as ContactPages from "./FirmPages/ContactPages.ts"
import * as CustomerView from "./FirmPages/CustomerView.ts"
import * as DocumentPage from "./FirmPages/DocumentPage.ts"
import * as DocumentPages from "./FirmPages/DocumentPages.ts"
import * as EmbeddingPage from "./FirmPages/EmbeddingPage.ts"
import * as FileRequestPages from "./FirmPages/FileRequestPages.ts"
import * as FolderMailPage from "./FirmPages/FolderMailPage.ts"
import * as HandoutPage from "./FirmPages/HandoutPage.ts"
import * as DevMail from "./FirmPages/DevMail.ts"
import * as DevSms from "./FirmPages/DevSms.ts"
import * as JoinPages from "./FirmPages/JoinPages.ts"
import * as Keys from "./FirmPages/Keys.ts"
import * as MemberPages from "./FirmPages/MemberPages.ts"
import * as OperationsPage from "./FirmPages/OperationsPage.ts"
import * as PortalSettings from "./FirmPages/PortalSettings.ts"
import * as QuestionnairePages from "./FirmPages/QuestionnairePages.ts"
import * as RecordPages from "./FirmPages/RecordPages.ts"
import * as RequestCommands from "./FirmPages/RequestCommands.ts"
import * as RequestForms from "./FirmPages/RequestForms.ts"
import * as RequestList from "./FirmPages/RequestList.ts"
import * as RequestPage from "./FirmPages/RequestPage.ts"
import * as RequestTemplatePages from "./FirmPages/RequestTemplatePages.ts"
import * as SamplePages from "./FirmPages/SamplePages.ts"
import { Samples } from "./FirmPages/Samples.ts"
import * as SendingPages from "./FirmPages/SendingPages.ts"
import * as Settings from "./FirmPages/Settings.ts"
import * as SetUp from "./FirmPages/SetUp.ts"
import * as SignIn from "./FirmPages/SignIn.ts"
import * as TemplatePages from "./FirmPages/TemplatePages.ts"
import * as TimelinePage from "./FirmPages/TimelinePage.ts"
import * as WebhookDeliveryPage from "./FirmPages/WebhookDeliveryPage.ts"
import * as WebhookPage from "./FirmPages/WebhookPage.ts"
import * as WebhookPages from "./FirmPages/WebhookPages.ts"
import * as WorkItemForms from "./FirmPages/WorkItemForms.ts"
import * as WorkItemList from "./FirmPages/WorkItemList.ts"
import * as WorkItemPage from "./FirmPages/WorkItemPage.ts"
import * as WorkItemTaskPage from "./FirmPages/WorkItemTaskPage.ts"
import { Doctor } from "./Doctor.ts"
import { Documents } from "./Documents.ts"
import { Handouts } from "./Documents/Handouts.ts"
import { Shares } from "./Documents/Shares.ts"
import { Downloads } from "./Downloads.ts"
import { Embedding } from "./Embedding.ts"
import { Files } from "./Files.ts"
import { FolderMail } from "./FolderMail.ts"
import { DevMailbox } from "./Mailer/mailbox.ts"
import { MailTemplates } from "./MailTemplates.ts"
import { Members } from "./Members.ts"
import { Invitations } from "./Members/Invitations.ts"
import { Passwords } from "./Members/Passwords.ts"
import { Operations } from "./Operations.ts"
import { HttpRouter } from "./platform/Http.ts"
import { Portal } from "./Portal.ts"
import { RequestTemplates } from "./RequestTemplates.ts"
import { Returns } from "./Returns.ts"
import { DevOutbox } from "./SmsSender/outbox.ts"
import { Suppressions } from "./Suppressions.ts"
import { Questionnaires } from "./Questionnaires.ts"
import { Record } from "./Record.ts"
import { Senders } from "./Senders.ts"
import { Timelines } from "./Timelines.ts"
import { Uploads } from "./Uploads.ts"
import * as Tenancy from "./Tenancy.ts"
import { Webhooks } from "./Webhooks.ts"
import { WorkItems } from "./WorkItems.ts"
import { WorkspaceEvents } from "./WorkspaceEvents.ts"
import { Workspaces } from "./Workspaces.ts"

type Services =
  | AccessCodes
  | Brandings
  | ClientRequests
  | Config
  | Contacts
  | Crypto.Crypto
  | Conversations
  | CustomerAccess
  | Doctor
  | Documents
  | Downloads
  | Embedding
  | Files
  | FolderMail
  | Handouts
  | Invitations
  | MailTemplates
  | Members
  | Operations
  | Passwords
  | Portal
  | Questionnaires
  | Record
  | RequestTemplates
  | Returns
  | Samples
  | Senders
  | Shares
  | Suppressions
  | Timelines
  | Uploads
  | Webhooks
  | WorkItems
  | WorkspaceEvents
  | Workspaces

/** The pages that are always there. */
export const routes: ReadonlyArray<HttpRouter.Route<never, Services>> = [
  ...SignIn.routes,
  ...SetUp.routes,
  ...JoinPages.routes,
  ...AccountPages.routes,
  ...RequestList.routes,
  ...RequestForms.routes,
  ...RequestTemplatePages.routes,
  ...RequestPage.routes,
  ...RequestCommands.routes,
  ...ConversationActions.routes,
  ...CustomerView.routes,
  ...SamplePages.routes,
  ...QuestionnairePages.routes,
  ...WorkItemList.routes,
  ...WorkItemForms.routes,
  ...WorkItemPage.routes,
  ...WorkItemTaskPage.routes,
  ...ContactPages.routes,
  ...ContactLogin.routes,
  ...TimelinePage.routes,
  ...DocumentPages.routes,
  ...DocumentPage.routes,
  ...FileRequestPages.routes,
  ...FolderMailPage.routes,
  ...HandoutPage.routes,
  ...Keys.routes,
  ...MemberPages.routes,
  ...Settings.routes,
  ...PortalSettings.routes,
  ...BrandingPages.routes,
  ...WebhookPages.routes,
  ...WebhookPage.routes,
  ...WebhookDeliveryPage.routes,
  ...SendingPages.routes,
  ...EmbeddingPage.routes,
  ...TemplatePages.routes,
  ...OperationsPage.routes,
  ...RecordPages.routes,
]

/**
 * All routes of the firm. `/dev/mail` is among them only without an SMTP server and with a `DevMailbox` among the
 * services: it shows what the mailer kept. So is `/dev/sms`, without an SMS provider and with a `DevOutbox`.
 */
export const layer: Layer.Layer<never, never, Services | HttpRouter.HttpRouter> = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    // these and no others: the context of the build has a scope of its own, which is not a request's
    const services = Context.pick(
      AccessCodes,
      Brandings,
      ClientRequests,
      Config,
      Contacts,
      Crypto.Crypto,
      Conversations,
      CustomerAccess,
      Doctor,
      Documents,
      Downloads,
      Embedding,
      Files,
      FolderMail,
      Handouts,
      Invitations,
      MailTemplates,
      Members,
      Operations,
      Passwords,
      Portal,
      Questionnaires,
      Record,
      RequestTemplates,
      Returns,
      Samples,
      Senders,
      Shares,
      Suppressions,
      Timelines,
      Uploads,
      Webhooks,
      WorkItems,
      WorkspaceEvents,
      Workspaces,
    )(yield* Effect.context<Services>())
    const { smtpUrl, smsUrl } = yield* Config
    const mailbox = Option.getOrNull(yield* Effect.serviceOption(DevMailbox))
    const devMail = smtpUrl === undefined && mailbox !== null ? DevMail.routes(mailbox) : []
    const outbox = Option.getOrNull(yield* Effect.serviceOption(DevOutbox))
    const devSms = smsUrl === undefined && outbox !== null ? DevSms.routes(outbox) : []
    yield* router.addAll(
      [...routes, ...devMail, ...devSms].map((route) => ({
        ...route,
        handler: Tenancy.none(Effect.provideContext(route.handler, services)),
      })),
    )
  }),
)
