// A firm in memory; FirmPagesBrowser.ts is the browser to visit its pages with. The services are small, but what they decide is the
// core's own: requests go through `ClientRequest.handle`, questionnaires through `Questionnaire.check`.
import { Crypto, LocalText, Questionnaire } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createHash, randomUUID } from "node:crypto"
import { createServer } from "node:http"
import { AccessCodes } from "../../reference-server/src/AccessCodes.ts"
import { RequestNotFound } from "../../reference-server/src/ClientRequests.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import { Brandings } from "../../reference-server/src/Branding.ts"
import { Config, type ServerConfig } from "../../reference-server/src/Config.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { Doctor } from "../../reference-server/src/Doctor.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import { Shares } from "../../reference-server/src/Documents/Shares.ts"
import * as Downloads from "../../reference-server/src/Downloads.ts"
import { Conversations } from "../../reference-server/src/Conversations.ts"
import { Handouts } from "../../reference-server/src/Documents/Handouts.ts"
import { Portal } from "../../reference-server/src/Portal.ts"
import { Embedding } from "../../reference-server/src/Embedding.ts"
import { Files } from "../../reference-server/src/Files.ts"
import { FolderMail } from "../../reference-server/src/FolderMail.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import { Returns } from "../../reference-server/src/Returns.ts"
import { RequestTemplates } from "../../reference-server/src/RequestTemplates.ts"
import { Suppressions } from "../../reference-server/src/Suppressions.ts"
import { Timelines } from "../../reference-server/src/Timelines.ts"
import { sampleOf, Samples } from "../../reference-server/src/FirmPages/Samples.ts"
import { MailTemplates } from "../../reference-server/src/MailTemplates.ts"
import { Senders } from "../../reference-server/src/Senders.ts"
import { type DevMail, DevMailbox } from "../../reference-server/src/Mailer/mailbox.ts"
import {
  type ApiKey,
  type Member,
  Members,
  NotSignedIn,
  SignInRefused,
  TooManyAttempts,
} from "../../reference-server/src/Members.ts"
import { Invitations } from "../../reference-server/src/Members/Invitations.ts"
import { Passwords } from "../../reference-server/src/Members/Passwords.ts"
import { Operations } from "../../reference-server/src/Operations.ts"
import { Record as AuditRecord } from "../../reference-server/src/Record.ts"
import { HttpRouter, HttpServer, HttpServerRequest } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer, NodeServices } from "../../reference-server/src/platform/Node.ts"
import {
  QuestionnaireNotFound,
  QuestionnaireRefused,
  Questionnaires,
  type Stored,
  VersionTaken,
} from "../../reference-server/src/Questionnaires.ts"
import { type FileRef, UploadRefused, Uploads } from "../../reference-server/src/Uploads.ts"
import { Webhooks } from "../../reference-server/src/Webhooks.ts"
import { WorkItems, WorkNotFound } from "../../reference-server/src/WorkItems.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import { AlreadySetUp, type Workspace, Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as door from "./FirmPagesDoor.ts"

export { browser, hidden, type Reply, text } from "./FirmPagesBrowser.ts"

export interface World extends door.Kept {
  readonly config: ServerConfig
  readonly workspaces: Array<Workspace>
  readonly members: Array<Member & { readonly password: string }>
  readonly sessions: Map<string, Member>
  readonly keys: Array<ApiKey>
  readonly files: Map<string, { readonly file: FileRef; readonly bytes: Uint8Array }>
  readonly samples: Array<string>
  readonly mailbox: Array<DevMail>
  /** Wrong passwords so far; the eleventh try is one too many. */
  attempts: number
}

export const make = (options: Partial<Pick<ServerConfig, "setupCode" | "smtpUrl">> = {}): World => ({
  config: { ...TestFirm.config(), port: 0, mailFrom: "requests@example.com", logLevel: "Error", ...options },
  workspaces: [],
  members: [],
  sessions: new Map(),
  keys: [],
  questionnaires: [],
  requests: new Map(),
  history: new Map(),
  mails: new Map(),
  answers: new Map(),
  files: new Map(),
  samples: [],
  mailbox: [],
  commands: new Set(),
  attempts: 0,
})

/** A firm that is set up, with Anna, who is signed in under the session "anna". */
export const withAnna = (language = "en"): World => {
  const world = make()
  const workspace = {
    id: randomUUID(),
    name: "North & Co",
    accent: "#0b6e4f",
    language,
    timeZone: "Europe/Stockholm",
    logo: null,
  }
  const anna = {
    id: randomUUID(),
    workspaceId: workspace.id,
    name: "Anna Larsson",
    email: "anna@north.example",
    role: "admin",
    password: "correct horse battery",
  } as const
  world.workspaces.push(workspace)
  world.members.push(anna)
  world.sessions.set("anna", anna)
  return world
}

const members = (world: World) =>
  Layer.mock(Members, {
    signIn: (email, password) =>
      Effect.gen(function* () {
        if (world.attempts >= 10) return yield* new TooManyAttempts({ retryAfterSeconds: 600 })
        const member = world.members.find((one) => one.email === email && one.password === Redacted.value(password))
        if (member === undefined) {
          world.attempts += 1
          return yield* new SignInRefused()
        }
        return open(world, member)
      }),
    openSession: (member) => Effect.sync(() => open(world, member)),
    bySession: (secret) => {
      const member = world.sessions.get(Redacted.value(secret))
      return member === undefined ? Effect.fail(new NotSignedIn()) : Effect.succeed(member)
    },
    signOut: (secret) => Effect.sync(() => void world.sessions.delete(Redacted.value(secret))),
    createKey: (_member, name) =>
      Effect.sync(() => {
        const key = {
          id: `rq_${randomUUID().slice(0, 8)}`,
          name,
          createdAt: Date.now(),
          lastUsedAt: null,
          expiresAt: null,
          oldSecretUntil: null,
        }
        world.keys.push(key)
        return { key, secret: Redacted.make(`${key.id}_${"s".repeat(43)}`) }
      }),
    keys: () => Effect.sync(() => [...world.keys]),
    revokeKey: (_member, id) =>
      Effect.sync(() => {
        const index = world.keys.findIndex((key) => key.id === id)
        if (index >= 0) world.keys.splice(index, 1)
      }),
    byKey: () => Effect.fail(new NotSignedIn()),
    administrators: () => Effect.sync(() => world.members.filter(({ role }) => role === "admin")),
    find: (workspaceId, id) =>
      Effect.sync(() => world.members.find((one) => one.workspaceId === workspaceId && one.id === id) ?? null),
  })

const open = (world: World, member: Member) => {
  const secret = randomUUID()
  world.sessions.set(secret, member)
  return Redacted.make(secret)
}

const workspaces = (world: World) =>
  Layer.succeed(Workspaces, {
    isSetUp: Effect.sync(() => world.workspaces.length > 0),
    setUp: (input) =>
      Effect.gen(function* () {
        if (world.workspaces.length > 0) return yield* new AlreadySetUp()
        const workspace = { id: randomUUID(), ...input.workspace, logo: null }
        const member = { id: randomUUID(), workspaceId: workspace.id, role: "admin", ...input.member } as const
        world.workspaces.push(workspace)
        world.members.push(member)
        return member
      }),
    get: (id) => {
      const found = world.workspaces.find((one) => one.id === id)
      return found === undefined ? Effect.die(new Error("no such workspace")) : Effect.succeed(found)
    },
    update: (id, changes) =>
      Effect.sync(() => {
        const index = world.workspaces.findIndex((one) => one.id === id)
        const before = world.workspaces[index]
        if (before !== undefined) world.workspaces[index] = { ...before, ...changes }
      }),
    logo: (id) =>
      Effect.sync(() => {
        const found = world.workspaces.find(({ logo }) => logo?.id === id)
        return found === undefined || found.logo === null ? null : { ...found.logo, workspaceId: found.id }
      }),
  })

const questionnaires = (world: World) =>
  Layer.succeed(Questionnaires, {
    add: (_workspaceId, source, options) =>
      Effect.gen(function* () {
        const { questionnaire, findings } = Questionnaire.check(source)
        if (questionnaire === null) return yield* new QuestionnaireRefused({ findings })
        const ref = yield* Questionnaire.reference(questionnaire)
        const there = world.questionnaires.find((one) => one.ref.id === ref.id && one.ref.version === ref.version)
        if (there !== undefined && there.ref.hash !== ref.hash) return yield* new VersionTaken(ref)
        const stored = { ref, questionnaire, source, listed: options?.listed ?? true, createdAt: Date.now() }
        if (there === undefined) world.questionnaires.push(stored)
        return { stored: there ?? stored, warnings: findings }
      }).pipe(Effect.provide(Crypto.layer(crypto))),
    list: () =>
      Effect.sync(() =>
        newest(world.questionnaires.filter(({ listed }) => listed)).map(({ ref, questionnaire, createdAt }) => ({
          id: ref.id,
          version: ref.version,
          title: LocalText.resolve(questionnaire.title, [questionnaire.language]),
          questions: ref.questions,
          createdAt,
        })),
      ),
    get: (_workspaceId, id, version) => {
      const all = world.questionnaires.filter(({ ref }) => ref.id === id)
      const found = version === undefined ? newest(all)[0] : all.find(({ ref }) => ref.version === version)
      return found === undefined ? Effect.fail(new QuestionnaireNotFound({ id })) : Effect.succeed(found)
    },
  })

const newest = <Q extends Stored>(all: ReadonlyArray<Q>): ReadonlyArray<Q> =>
  all.filter((one) => !all.some(({ ref }) => ref.id === one.ref.id && ref.version > one.ref.version))

const uploads = (world: World) => {
  return Layer.mock(Uploads, {
    receiveAttachment: (_member, { name, content }) =>
      Effect.gen(function* () {
        const bytes = Buffer.concat(yield* Effect.orDie(Stream.runCollect(content)))
        const type = name.endsWith(".pdf") ? "application/pdf" : "application/octet-stream"
        const question: upload.UploadQuestion = {
          id: "attachments",
          type: "upload",
          label: "",
          accept: ["application/pdf"],
          maxBytes: 1_000_000,
        }
        const problems = upload.validateFile(question, { name, bytes: bytes.length, type })
        if (problems.length > 0) {
          return yield* new UploadRefused({
            name,
            question: "attachments",
            problems: problems.map(({ code, values = {} }) => ({ code, values })),
          })
        }
        const sha256 = createHash("sha256").update(bytes).digest("hex")
        const file = { id: randomUUID(), name, bytes: bytes.length, type, sha256 }
        world.files.set(file.id, { file, bytes })
        return file
      }),
    attachments: (_member, ids) => Effect.sync(() => ids.flatMap((id) => [world.files.get(id)?.file ?? []].flat())),
    download: (_workspaceId, requestId, fileId) => {
      const request = world.requests.get(requestId)
      const known = [...(request?.files ?? []), ...(request?.details.attachments ?? [])].some(({ id }) => id === fileId)
      const found = known ? world.files.get(fileId) : undefined
      return found === undefined
        ? Effect.fail(new RequestNotFound({ id: requestId }))
        : Effect.succeed({
            file: found.file,
            range: { offset: 0, length: found.bytes.length },
            content: Stream.make(found.bytes),
          })
    },
  })
}

/** Files are served by the page that they are on: the key, of which nothing is signed, lies in no folder. */
const downloads = (world: World) =>
  Downloads.layer.pipe(
    Layer.provide(Layer.succeed(Config, { ...world.config, secretKey: Redacted.make("a key of this test alone") })),
    Layer.provide([Crypto.layer(crypto), NodeServices.layer]),
  )

const samples = (world: World) => Layer.succeed(Samples, { list: Effect.sync(() => world.samples.flatMap(sampleOf)) })

const mailbox = (world: World) =>
  Layer.succeed(DevMailbox, {
    list: Effect.sync(() => world.mailbox),
    read: (id) => Effect.sync(() => Option.fromNullishOr(world.mailbox.find((mail) => mail.id === id))),
  })

/** A firm without contacts and work: those have tests of their own, over the real services (WorkItemsPages). */
const noWork = Layer.mergeAll(
  Layer.mock(Contacts, { list: () => Effect.succeed([]), withEmail: () => Effect.succeed(null) }),
  Layer.mock(WorkItems, {
    list: () => Effect.succeed({ workItems: [], total: 0 }),
    get: (_, id) => Effect.fail(new WorkNotFound({ what: "work-item", id })),
    overview: (_, id) => Effect.fail(new WorkNotFound({ what: "work-item", id })),
  }),
)

/** Links and codes have tests of their own, over the real services (FirmRequest…). */
const noAccess = Layer.mergeAll(
  Layer.mock(Documents, {}),
  Layer.mock(Shares, {}),
  Layer.mock(FolderMail, { isPossible: false }),
  Layer.mock(Files, { withheld: () => Effect.succeed([]), of: () => Effect.succeed([]) }),
  Layer.mock(AccessCodes, { locked: () => Effect.succeed([]) }),
  Layer.mock(CustomerAccess, {}),
)

/** The firm sends from the server's address, in standard words (Sending, Templates: over the real services). */
const noSender = Layer.mergeAll(
  Layer.mock(MailTemplates, { find: () => Effect.sync(() => undefined), list: () => Effect.succeed([]) }),
  Layer.mock(Senders, { own: (name) => ({ from: { name, address: "requests@example.com" } }) }),
  Layer.mock(Doctor, {}),
  Layer.mock(Embedding, {}),
  // nobody says anything here (Conversations.test.ts: over the real service)
  Layer.mock(Conversations, { of: () => Effect.succeed([]), unread: () => Effect.succeed(new Map()) }),
  Layer.mock(Handouts, {}),
  Layer.mock(Portal, {}),
)

/** No mail came back (ReturnsPages: over the real services). */
const noReturns = Layer.mergeAll(
  Layer.mock(Returns, {}),
  Layer.mock(Timelines, {}),
  Layer.mock(RequestTemplates, { list: () => Effect.succeed([]) }),
  Layer.mock(Suppressions, { among: () => Effect.succeed(new Set<string>()), list: () => Effect.succeed([]) }),
)

/** Nothing is sent anywhere (WebhookPages: over the real services). */
const noWebhooks = Layer.mock(Webhooks, { list: () => Effect.succeed([]) })

/** Nothing waits and nothing failed (Operations: over the real services). */
const noOperations = Layer.mock(Operations, { retry: () => Effect.succeed(0) })

/** What is recorded proves nothing here (Record: over the real services). */
const noRecord = Layer.mock(AuditRecord, {
  keys: { current: "", all: [] },
  prove: () => Effect.succeed({ entries: 1, covered: null, fault: null }),
  viewed: () => Effect.void,
  viewedAs: () => Effect.void,
})

/** The standard look (Branding: over the real services). */
const noBranding = Layer.mock(Brandings, {})

/** Nobody joins and nobody forgot a password (MembersJoining, MembersStaff: over the real services). */
const noStaff = Layer.mergeAll(Layer.mock(Invitations, {}), Layer.mock(Passwords, {}), Layer.mock(WorkspaceEvents, {}))

/** A mail as the development mailbox shows it. */
export const devMail = (html: string): DevMail => ({
  id: "0".repeat(32),
  to: { name: "Bo Ek", address: "bo@example.com" },
  from: { name: "North & Co", address: "requests@example.com" },
  subject: "North & Co asks you for: Papers",
  date: DateTime.makeUnsafe(Date.now()),
  html,
  text: "Open it:\n\nhttp://localhost:3000/r/secret\n",
  headers: [{ name: "Message-ID", value: "<1@example.com>" }],
})

export const layer = (world: World) =>
  Layer.mergeAll(FirmPages.layer, Assets.layer).pipe(
    Layer.provide([
      Layer.succeed(Config, world.config),
      Crypto.layer(crypto),
      members(world),
      workspaces(world),
      questionnaires(world),
      door.requests(world),
      uploads(world),
      downloads(world),
      samples(world),
      noWork,
      noOperations,
      noRecord,
      noAccess,
      noSender,
      noReturns,
      noWebhooks,
      noStaff,
      noBranding,
      mailbox(world),
    ]),
  )

/** Serves the pages on a port of this machine, and gives its address. A test may name the peer and the host
 * that a request pretends to come from and to. */
export const serve = Effect.fnUntraced(function* (world: World, port: number = 0) {
  const app = HttpRouter.serve(layer(world), {
    disableLogger: true,
    disableListenLog: true,
    middleware: (effect) =>
      Effect.updateService(effect, HttpServerRequest.HttpServerRequest, (request) => {
        const peer = request.headers["x-test-peer"]
        const host = request.headers["x-test-host"]
        return request.modify({
          ...(peer === undefined ? {} : { remoteAddress: Option.some(peer), peerAddress: Option.some(peer) }),
          ...(host === undefined ? {} : { headers: { ...request.headers, host } }),
        })
      }),
  })
  const context = yield* Layer.build(
    app.pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port }))),
  )
  const { address } = yield* Effect.provideContext(HttpServer.HttpServer, context)
  return HttpServer.formatAddress(address)
})
