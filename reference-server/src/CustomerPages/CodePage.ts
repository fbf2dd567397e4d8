/**
 * The page of the second factor: one field for the code that was sent, and the way to a new one (S32, S34). A session that
 * is over sees it without the field: its code is sent when the customer asks for it (S11).
 */
import type { CodeStep } from "../CustomerAccess.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"

export type Notice =
  | { readonly type: "wrong" }
  /** Codes are locked after too many wrong ones. */
  | { readonly type: "locked" }
  | { readonly type: "sent" }
  /** A code went out just before; the next one can be asked for in so many seconds. */
  | { readonly type: "wait"; readonly seconds: number }

/** What the form's buttons say: the value of `action`. */
export const actions = { enter: "enter", send: "send" } as const

/** `path`: where its forms go. `accepted`: the `Accept-Language` header. `chosen`: by the page's switch. */
export const render = (
  step: CodeStep,
  {
    path,
    accepted,
    chosen = null,
    notice,
  }: {
    readonly path: string
    readonly accepted: string | undefined
    readonly chosen?: Messages.Language | null
    readonly notice: Notice | null
  },
): string => {
  const { workspace, channel, to, lapsed } = step
  const firm = workspace.name
  const others = [step.language, ...Messages.acceptedLanguages(accepted), workspace.language]
  const wanted = Language.wanted(chosen, others)
  const { language, t } = Messages.translator("customer", wanted)
  const bad = notice?.type === "wrong" || notice?.type === "locked"
  const title = lapsed ? t("code.lapsedTitle") : t(channel === "sms" ? "code.titleSms" : "code.titleEmail")
  const csrf = html`<input type="hidden" name="csrf" value="${step.csrf}" />`
  const sent = t(channel === "sms" ? "code.sentSms" : "code.sentEmail", { to: to === "" ? "none" : to })
  return Frame.render({
    language,
    languages: Language.links({ language, label: t("frame.language") }),
    title: [bad ? t("code.titleAgain", { title }) : title, firm],
    firm: workspace,
    skip: null,
    main: html`<div class="arrival">
      ${notice === null ? null : noticeOf(notice, t, firm)}
      ${step.steps > 1 ? html`<p class="eyebrow">${t("code.step", { step: step.step, steps: step.steps })}</p>` : null}
      <h1>${title}</h1>
      ${
        lapsed
          ? html`<p class="lead">${t("code.lapsed")}</p>
              <form method="post" action="${path}">
                ${csrf}
                <button class="primary" name="action" value="${actions.send}">${t("code.send")}</button>
              </form>`
          : html`<p class="lead">${sent}</p>
              <form method="post" action="${path}" novalidate>
                ${csrf}
                <div class="question${bad ? " wrong" : ""}">
                  <label class="label" for="code">${t("code.label")}</label>
                  <div class="help" id="code-help"><p>${t("code.help")}</p></div>
                  ${bad ? html`<div class="error" id="code-error"><p>${problem(notice, t, firm)}</p></div>` : null}
                  <input
                    class="control narrow"
                    id="code"
                    name="code"
                    type="text"
                    inputmode="numeric"
                    autocomplete="one-time-code"
                    spellcheck="false"
                    required
                    aria-describedby="code-help${bad ? " code-error" : ""}"
                    ${bad ? html`aria-invalid="true"` : null}
                  />
                </div>
                <div class="buttons">
                  <button class="primary" name="action" value="${actions.enter}">${t("code.enter")}</button>
                </div>
              </form>
              <form method="post" action="${path}">
                ${csrf}
                <div class="buttons">
                  <p>${t(channel === "sms" ? "code.nothingSms" : "code.nothingEmail")}</p>
                  <button class="secondary" name="action" value="${actions.send}">${t("code.sendNew")}</button>
                </div>
              </form>`
      }
      <p class="aside">${t(channel === "sms" ? "code.riskSms" : "code.riskEmail", { firm })}</p>
    </div>`,
    foot: html`<p>${t("code.contact", { firm })}</p>`,
  })
}

type Words = Messages.Translator<"customer">["t"]

const problem = (notice: Notice, t: Words, firm: string): string =>
  notice.type === "locked" ? t("code.locked", { firm }) : t("code.wrong")

/** What is wrong stands at the field, and takes the focus here; the rest is only told. */
const noticeOf = (notice: Notice, t: Words, firm: string): Html => {
  switch (notice.type) {
    case "wrong":
    case "locked":
      return html`<div class="notice wrong" role="alert" aria-labelledby="summary" tabindex="-1" autofocus>
        <h2 id="summary">${t("code.problem")}</h2>
        <ul>
          <li><a href="#code">${problem(notice, t, firm)}</a></li>
        </ul>
      </div>`
    case "sent":
      return html`<p class="notice" role="status">${t("code.sent")}</p>`
    case "wait":
      return html`<p class="notice" role="status">${t("code.wait", { seconds: notice.seconds })}</p>`
  }
}
