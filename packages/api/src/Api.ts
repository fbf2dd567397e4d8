/**
 * The HTTP contract of requite, once, for the server, its documentation and every client. Each group is one file that
 * says its paths, its schemas and its failures; handlers stand in the server.
 */
import { Branding } from "./Branding.ts"
import { Contacts } from "./Contacts.ts"
import { Customer } from "./Customer.ts"
import { tidy } from "./Document.ts"
import { Documents } from "./Documents.ts"
import { Embedding } from "./Embedding.ts"
import { Events } from "./Events.ts"
import { HttpApi, HttpApiMiddleware, OpenApi } from "./HttpApi.ts"
import { Keys } from "./Keys.ts"
import { Operations } from "./Operations.ts"
import { Members } from "./Members.ts"
import { Policies } from "./Policies.ts"
import { Questionnaires } from "./Questionnaires.ts"
import { Record } from "./Record.ts"
import { Requests } from "./Requests.ts"
import { Senders } from "./Senders.ts"
import { Session } from "./Session.ts"
import { Suppressions } from "./Suppressions.ts"
import { System } from "./System.ts"
import { Templates } from "./Templates.ts"
import { Uploads } from "./Uploads.ts"
import { Webhooks } from "./Webhooks.ts"
import { WorkItems } from "./WorkItems.ts"

const description = `Ask a customer for something, and get it back.

**Begin** with an API key from the settings page: every call sends it as \`Authorization: Bearer rq_…\`.

1. \`POST /api/questionnaires\` stores what you want to ask.
2. \`POST /api/requests\` with \`"send": true\` asks somebody: they get an e-mail with a link of their own.
3. \`GET /api/requests?state=Submitted\` lists what came back, \`GET /api/requests/{id}/submission\` reads it, \`GET /api/requests/{id}/files/{file}\` downloads.

**Failures** are JSON with a \`_tag\` and a \`message\`; each status below lists its own. A request that does not fit its schema is a \`400\` as RFC 9457 describes it, naming every place that is wrong. Bodies are JSON (\`415\` otherwise), at most 4 MiB (\`413\`).

**Away or busy** is \`503\` with \`Retry-After\`, a problem as RFC 9457 describes it: nothing was half done, send it again. Every answer has a number in \`X-Request-Id\`, which the server's log has too.

**Repeating** a call is safe with the same \`Idempotency-Key\`. Instants are ISO 8601 in UTC.`

export class Api extends HttpApi.make("requite")
  .add(
    Questionnaires,
    Requests,
    WorkItems,
    Contacts,
    Documents,
    Suppressions,
    Policies,
    Keys,
    Members,
    Events,
    Webhooks,
    Operations,
    Session,
    Customer,
    Uploads,
    Senders,
    Branding,
    Embedding,
    Templates,
    Record,
  )
  .middleware(HttpApiMiddleware.ProblemDetails)
  .prefix("/api")
  .add(System)
  // a misspelt property is a mistake to be told of, not one to be ignored
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({ title: "requite", version: "0.1.0", license: { name: "MIT" }, description, transform: tidy }),
  ) {}
