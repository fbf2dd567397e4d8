/**
 * The first start: the firm and its first member, set up once. Then a welcome that puts a sample questionnaire into the
 * newcomer's hands, to be sent to themselves (ux.md, "First run").
 */
import { Crypto, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { html } from "../Html.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import { Members } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type SetUp, Workspaces } from "../Workspaces.ts"
import * as Field from "./Field.ts"
import * as FirmFields from "./FirmFields.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as PasswordField from "./PasswordField.ts"
import * as Routes from "./Routes.ts"
import * as SamplePages from "./SamplePages.ts"
import { Samples } from "./Samples.ts"
import * as SignIn from "./SignIn.ts"
import * as Visitor from "./Visitor.ts"
import type { Words } from "./Words.ts"

interface Filled extends FirmFields.Filled, FirmFields.Colour {
  readonly name: string
  readonly email: string
}

export const routes = [
  Visitor.page("/setup", (visitor) =>
    Effect.gen(function* () {
      if (yield* (yield* Workspaces).isSetUp) return PageSecurity.seeOther(visitor.config, "/sign-in")
      return show(visitor, {
        firm: "",
        accent: "#1f5eff",
        hex: "",
        language: visitor.words.language,
        timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
        name: "",
        email: "",
      })
    }),
  ),
  Visitor.action("/setup", (visitor, form) =>
    Effect.gen(function* () {
      const { config, words } = visitor
      const { input, mistakes } = read(form, words)
      const expected = config.setupCode === undefined ? "" : Redacted.value(config.setupCode)
      const all = Crypto.timingSafeEqual(form.text("code").trim(), expected)
        ? mistakes
        : [...mistakes, { field: "code", sentence: words.t("setup.code.wrong") }]
      if (all.length > 0) return show(visitor, filled(form), all)
      const member = yield* (yield* Workspaces).setUp(input)
      const session = yield* (yield* Members).openSession(member)
      return SignIn.opened(config, session, "/welcome")
    }).pipe(Effect.catchTag("AlreadySetUp", () => Effect.succeed(PageSecurity.seeOther(visitor.config, "/sign-in")))),
  ),
  Routes.page("/welcome", (visit) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const samples = yield* (yield* Samples).list
      return Page.member(visit, {
        title: t("welcome.title"),
        body: html`<h1>${t("welcome.title")}</h1>
          <p class="lead">${samples.length > 0 ? t("welcome.lead") : t("welcome.none")}</p>
          ${SamplePages.cards(visit, samples, "send")}
          <p><a href="/questionnaires">${t("welcome.own")}</a> · <a href="/requests">${t("welcome.later")}</a></p>`,
      })
    }),
  ),
]

const filled = (form: Form): Filled => ({
  ...FirmFields.filled(form),
  ...FirmFields.filledColour(form),
  name: LocalText.oneLine(form.text("name")),
  email: LocalText.oneLine(form.text("email")),
})

/** What was filled in, and what of it has to be mended. */
const read = (form: Form, words: Words): { readonly input: SetUp; readonly mistakes: ReadonlyArray<Field.Mistake> } => {
  const { t } = words
  const given = filled(form)
  const password = form.exact("password")
  const firm = FirmFields.read(given, words)
  const { colour, mistakes } = FirmFields.readColour(given, words)
  const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])
  return {
    input: {
      workspace: { ...firm.firm, accent: colour },
      member: { name: given.name, email: given.email, password },
    },
    mistakes: [
      ...firm.mistakes,
      ...mistakes,
      ...mistake(given.name === "", "name", t("setup.name.missing")),
      ...mistake(given.name.length > 200, "name", t("form.tooLong", { max: 200 })),
      ...mistake(!isAddress(given.email), "email", t("form.email")),
      ...PasswordField.mistakesIn(words, "password", password),
    ],
  }
}

const show = (visitor: Visitor.Visitor, given: Filled, mistakes: ReadonlyArray<Field.Mistake> = []) => {
  const { config, words } = visitor
  const { t } = words
  return Page.open(config, words, {
    title: t("setup.title"),
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)}
      <h1>${t("setup.title")}</h1>
      <p class="lead">${t("setup.lead")}</p>
      <form method="post" action="/setup" novalidate>
        ${visitor.token}
        <section class="card">
          <h2>${t("setup.theFirm")}</h2>
          ${FirmFields.show(words, given, mistakes, FirmFields.showColour(words, given, mistakes))}
        </section>
        <section class="card">
          <h2>${t("setup.you")}</h2>
          ${Field.input({ name: "name", label: t("setup.name"), help: t("setup.name.help"), value: given.name, autocomplete: "name", mistakes })}
          ${Field.input({ name: "email", label: t("setup.email"), type: "email", value: given.email, autocomplete: "username", mistakes })}
          ${PasswordField.show(words, { name: "password", label: t("setup.password"), mistakes })}
          ${config.setupCode !== undefined && Field.input({ name: "code", label: t("setup.code"), help: t("setup.code.help"), value: "", autocomplete: "off", spellcheck: false, mistakes })}
        </section>
        <p class="buttons"><button class="primary" type="submit">${t("setup.submit")}</button></p>
      </form>
    </div>`,
  })
}
