/**
 * What customers would see in a firm's branding: their pages and a mail, drawn by what draws the real ones, of a request that
 * is made up. They stand in a frame, in the light or the dark scheme whatever the device has; nothing in them leads anywhere.
 */
import { ClientRequest, Questionnaire, RequestPolicy } from "@requite/core"
import * as Invitation from "../Invitation.ts"
import * as Assets from "../Assets.ts"
import type { Branding } from "../Branding.ts"
import type { Scheme } from "../Branding/Palette.ts"
import * as Sheet from "../Branding/Sheet.ts"
import type { Current } from "../ClientRequests.ts"
import type { ServerConfig } from "../Config.ts"
import * as ArrivalPage from "../CustomerPages/ArrivalPage.ts"
import * as DonePage from "../CustomerPages/DonePage.ts"
import * as ListPage from "../CustomerPages/ListPage.ts"
import * as Reader from "../CustomerPages/Reader.ts"
import * as SectionPage from "../CustomerPages/SectionPage.ts"
import * as Filling from "../Filling.ts"
import * as sample from "../MailPreviews/sample.ts"
import type { Member } from "../Members.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import type { Workspace } from "../Workspaces.ts"
import * as MailFrame from "./MailFrame.ts"

export const views = ["arrival", "list", "section", "done", "mail"] as const
export type View = (typeof views)[number]

export interface Shown {
  readonly view: View
  readonly scheme: Scheme
  /** The customer's. */
  readonly language: Messages.Language
  /** The firm as it would be. */
  readonly workspace: Workspace
  readonly member: Pick<Member, "id" | "name">
  readonly now: number
}

/** The firm in this branding. */
export const dressed = (workspace: Workspace, { accent, logo, ...look }: Branding): Workspace => ({
  ...workspace,
  accent,
  logo,
  look,
})

/** Where the style sheets of a preview lie. */
export const dressPath = (of: string, scheme: Scheme): string =>
  `/settings/branding/dress?${new URLSearchParams({ of, scheme }).toString()}`

/** In dark pages, what asks for a dark device asks for a screen of any width; in light ones, for none that there is. */
const forced = (css: string, scheme: Scheme): string =>
  css.replaceAll(/\(prefers-color-scheme: ?dark\)/g, scheme === "dark" ? "(min-width: 0)" : "(max-width: 0)")

/** The style sheets in one scheme. */
export const dress = (branding: Branding, scheme: Scheme): string =>
  `${forced(Assets.text("customer.css") + Sheet.text(branding), scheme)}:root:where(:not(.light)){color-scheme:${scheme}}\n`

/** The page, as the answer to who may see it. */
export const page = (config: ServerConfig, shown: Shown, of: string): HttpServerResponse.HttpServerResponse => {
  const { view } = shown
  if (view === "mail") {
    const mail = forced(mailOf(config, shown), shown.scheme)
    return framed(MailFrame.allowing(PageSecurity.page(config, mail), mail))
  }
  const own = `<link rel="stylesheet" href="${Sheet.path(shown.workspace)}" />`
  const given = pageOf(view, shown)
  const html = forced(given, shown.scheme)
    .replace(own, `<link rel="stylesheet" href="${dressPath(of, shown.scheme).replaceAll("&", "&amp;")}" />`)
    .replace(`<link rel="stylesheet" href="${Assets.path("customer.css")}" />`, "")
    .replaceAll(/<script\b[^>]*>[^<]*<\/script>|<link rel="modulepreload"[^>]*>/g, "")
    // links stay links to see and to hear, and lead nowhere
    .replaceAll(/(<a\b[^>]*?\shref=")(?!#)[^"]*"/g, '$1#main"')
  return framed(PageSecurity.page(config, html))
}

/** Only in a frame of this server's own; it runs and sends nothing. */
const framed = (response: HttpServerResponse.HttpServerResponse) =>
  HttpServerResponse.setHeader(
    response,
    "content-security-policy",
    (response.headers["content-security-policy"] ?? "")
      .replace("frame-ancestors 'none'", "frame-ancestors 'self'")
      .replace("script-src 'self'", "script-src 'none'")
      .replace("form-action 'self'", "form-action 'none'"),
  )

const mailOf = ({ publicUrl }: ServerConfig, { workspace, member, language, now }: Shown): string =>
  sample.letter("invitation", {
    workspace,
    member,
    own: undefined,
    language,
    link: Invitation.deadLink(publicUrl),
    now,
  }).html

const pageOf = (
  view: Exclude<View, "mail">,
  { workspace, member, language, now }: Omit<Shown, "view" | "scheme">,
): string => {
  const current = currentOf({ workspace, member, language, now })
  const filling = Filling.of(current)
  const reader = Reader.make({ workspace, recipient: language, accepted: undefined, filling })
  const customer = {
    workspace,
    requestId: current.request.id,
    recipient: "sample",
    linkId: "",
    generation: 1,
    device: "",
    assurance: "link",
    handle: "preview",
    csrf: "",
  } as const
  const session = { customer, current, filling, reader, now }
  switch (view) {
    case "arrival": {
      const recipient = ClientRequest.primary(current.request.details)
      const blank = Filling.blank(current.stored.questionnaire, current.context)
      return ArrivalPage.render({ workspace, recipient, current }, blank, reader, "", now)
    }
    case "list":
      return ListPage.render(session)
    case "section": {
      const [section] = current.stored.questionnaire.sections
      if (section === undefined) throw new Error("the sample has a section")
      return SectionPage.render(session, { section })
    }
    case "done": {
      const submission = { id: "R-0001", digest: "0".repeat(64), at: now }
      const request = { ...current.request, submission }
      const all = { ...current, request, answers: { ...current.answers, since: "2019-05-01" } }
      return DonePage.render({ workspace, customer, request, current: all }, Filling.of(all), reader, null)
    }
  }
}

/** A request for two sections, the second of which is done. */
const currentOf = ({ workspace, member, language, now }: Omit<Shown, "view" | "scheme">): Current => {
  const { t } = Messages.translator("mail", [language])
  const firm = Messages.translator("firm", [language])
  const source = JSON.stringify({
    format: 1,
    id: "sample",
    version: 1,
    language,
    title: t("templates.sample.title"),
    sections: [
      {
        id: "about",
        title: firm.t("branding.sample.about"),
        items: [
          {
            id: "name",
            type: "text",
            label: firm.t("branding.sample.name"),
            help: firm.t("branding.sample.help"),
            required: true,
          },
          {
            id: "kind",
            type: "choice",
            label: firm.t("branding.sample.kind"),
            required: true,
            options: [
              { value: "one", label: firm.t("branding.sample.kind.one") },
              { value: "two", label: firm.t("branding.sample.kind.two") },
            ],
          },
          { id: "since", type: "date", label: firm.t("branding.sample.since"), required: true },
          {
            id: "papers",
            type: "upload",
            label: t("templates.sample.two"),
            required: false,
            accept: ["application/pdf", "image/*"],
            maxBytes: 10_000_000,
          },
        ],
      },
      {
        id: "accounts",
        title: t("templates.sample.one"),
        items: [{ id: "year", type: "text", label: t("templates.sample.one") }],
      },
    ],
  })
  const { questionnaire, findings } = Questionnaire.check(source)
  if (questionnaire === null) throw new Error(`the sample is not right: ${JSON.stringify(findings)}`)
  const ref = { id: "sample", version: 1, hash: "", questions: 5, sections: ["about", "accounts"] }
  const by = { kind: "member", id: member.id } as const
  const created = ClientRequest.replay([
    {
      type: "RequestCreated",
      at: now,
      by,
      requestId: "sample",
      policy: RequestPolicy.standard,
      details: {
        title: t("templates.sample.title"),
        description: "",
        questionnaire: ref,
        attachments: [],
        due: Messages.calendarDay(now + 7 * 86_400_000, workspace.timeZone),
        dues: {},
        message: "",
        recipients: [
          {
            id: "sample",
            name: t("templates.sample.name"),
            email: "",
            language,
            mobile: "",
            role: "",
            contact: null,
          },
        ],
        reminders: { rule: { kind: "none" }, enabled: false },
        timeZone: workspace.timeZone,
        sensitivity: "normal",
        workItem: null,
        tasks: [],
      },
    },
  ])
  if (created === null) throw new Error("a request that was created is there")
  return {
    request: {
      ...created,
      state: "WaitingForCustomer",
      sentAt: now,
      expiresAt: now + 30 * 86_400_000,
      items: { accounts: { status: "Completed", reason: null, at: now } },
    },
    stored: { ref, questionnaire, source },
    answers: { name: t("templates.sample.name"), kind: "one", year: "2027" },
    versions: {},
    visited: [],
    savedAt: now,
    context: Filling.contextOf({ submission: null }, workspace.timeZone, now),
  }
}
