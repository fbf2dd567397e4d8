/**
 * What the journeys of accessibility share: the whole server with a scanner, a browser, and requests that ask for every kind
 * of answer in every language.
 */
import type { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Messages from "../../reference-server/src/Messages.ts"
import * as Visitor from "../reference-server/CustomerPagesVisitor.ts"
import * as Docs from "../reference-server/DocumentsWorld.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"

export const layer = Docs.layer

export type Language = Messages.Language

/** One browser for all; each page has a context of its own. */
let launched: Promise<Browser.Browser> | undefined
export const chromium = () => (launched ??= Browser.launch())
export const close = async () => {
  await (await launched)?.close()
  launched = undefined
}

const said = (en: string, es: string, sv: string) => ({ en, es, sv })

/** Two sections with every kind; what follows an answer; long words, as the languages have them. */
export const questionnaire = {
  format: 1,
  id: "everyone",
  version: 1,
  language: "en",
  title: said("Moving in", "Mudanza", "Inflyttning"),
  sections: [
    {
      id: "you",
      title: said("About you", "Sobre usted", "Om dig"),
      description: said(
        "What we must know **first**.",
        "Lo que debemos saber **primero**.",
        "Vad vi måste veta **först**.",
      ),
      items: [
        {
          id: "name",
          type: "text",
          label: said("Your full name", "Su nombre completo", "Ditt fullständiga namn"),
          help: said("As in your passport.", "Como en su pasaporte.", "Som i ditt pass."),
          required: true,
          autocomplete: "name",
        },
        { id: "mail", type: "text", label: said("E-mail", "Correo electrónico", "E-post"), format: "email" },
        {
          id: "born",
          type: "date",
          label: said("Date of birth", "Fecha de nacimiento", "Födelsedatum"),
          required: true,
        },
        {
          id: "pets",
          type: "choice",
          label: said("Do you have pets?", "¿Tiene mascotas?", "Har du husdjur?"),
          required: true,
          options: [
            { value: "yes", label: said("Yes", "Sí", "Ja") },
            { value: "no", label: said("No", "No", "Nej") },
          ],
        },
        {
          id: "which",
          type: "text",
          label: said("Which ones?", "¿Cuáles?", "Vilka?"),
          required: true,
          when: { eq: [{ answer: "pets" }, "yes"] },
        },
        {
          id: "income",
          type: "number",
          label: said("Income a month", "Ingresos mensuales", "Månadsinkomst"),
          unit: "EUR",
          decimals: 2,
        },
      ],
    },
    {
      id: "home",
      title: said("Your home", "Su vivienda", "Ditt hem"),
      items: [
        {
          id: "rooms",
          type: "choice",
          multiple: true,
          other: true,
          label: said("What do you need?", "¿Qué necesita?", "Vad behöver du?"),
          options: [
            { value: "lift", label: said("A lift", "Ascensor", "Hiss") },
            {
              value: "storage",
              label: said("Storage", "Un trastero independiente", "Källarförråd"),
              help: said("In the basement", "En el sótano del edificio", "I byggnadens källarplan"),
            },
          ],
        },
        {
          id: "people",
          type: "group",
          label: said("Person", "Persona", "Person"),
          repeat: { max: 3 },
          items: [{ id: "who", type: "text", label: said("Name", "Nombre", "Namn"), required: true }],
        },
        {
          id: "papers",
          type: "upload",
          label: said("Identity document", "Documento de identidad", "Identitetshandling"),
          required: true,
          accept: ["application/pdf", "image/*"],
          maxBytes: 100_000,
          maxFiles: 3,
        },
        {
          id: "agreed",
          type: "confirm",
          label: said("I have told the truth", "He dicho la verdad", "Jag har talat sanning"),
          required: true,
        },
      ],
    },
  ],
}

/** Written from right to left, with a list long enough to be folded. */
export const arabic = {
  format: 1,
  id: "arabic",
  version: 1,
  language: "ar",
  title: "الانتقال",
  sections: [
    {
      id: "you",
      title: "معلومات عنك",
      description: "ما يجب أن نعرفه **أولاً**.",
      items: [
        { id: "name", type: "text", label: "اسمك الكامل", help: "كما في جواز السفر.", required: true },
        { id: "mail", type: "text", label: "البريد الإلكتروني", format: "email" },
        { id: "income", type: "number", label: "الدخل الشهري", unit: "EUR", min: -10 },
        {
          id: "pets",
          type: "choice",
          label: "هل لديك حيوانات؟",
          required: true,
          options: [
            { value: "yes", label: "نعم" },
            { value: "no", label: "لا" },
          ],
        },
        {
          id: "city",
          type: "choice",
          label: "المدينة",
          options: Array.from({ length: 18 }, (_, at) => ({ value: `c${at}`, label: `مدينة ${at}` })),
        },
      ],
    },
  ],
}

/** A page that takes files. */
export const papers = {
  ...questionnaire,
  id: "papers",
  sections: [
    { id: "home", title: "Papers", items: questionnaire.sections[1]?.items.filter(({ type }) => type === "upload") },
  ],
}

/** A request that went to somebody of this language, and their browser at its link. */
export const asked = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy,
  {
    language = "en",
    javaScript = true,
    definition = questionnaire,
    ...more
  }: {
    readonly language?: Language
    readonly javaScript?: boolean
    readonly definition?: unknown
    readonly due?: string
    readonly recipients?: ReadonlyArray<ReturnType<typeof TestFirm.recipient>>
  } = {},
) {
  const recipients = more.recipients ?? [TestFirm.recipient("", { language })]
  const details = {
    title: "Moving in, spring 2027",
    description: "For *your new home*.",
    due: more.due ?? "2031-03-27",
  }
  const arranged = yield* Visitor.arrange({ ...details, recipients }, definition, policy)
  const { base } = yield* Visitor.visitor
  const open = Effect.fnUntraced(function* (path: string, options: Partial<Browser.PageOptions> = {}) {
    const browser = yield* Effect.promise(chromium)
    const page = yield* Effect.acquireRelease(
      Effect.promise(() => browser.page({ javaScript, width: 360, height: 740, locale: language, ...options })),
      (one) => Effect.promise(() => one.context().close()),
    )
    yield* Effect.promise(() => page.goto(base + path))
    return page
  })
  const { t } = Messages.translator("customer", [language])
  return { ...arranged, base, open, t, link: `/r/${arranged.token}` }
})

export const pdf = (name: string) => ({
  name,
  mimeType: "application/pdf",
  buffer: Buffer.from(`%PDF-1.7\n1 0 obj\n<<>>\nendobj\n% ${name}\n%%EOF\n`),
})

export const program = { ...pdf("program.pdf"), buffer: Buffer.from(`MZ${"\0".repeat(300)}`) }

/** The last button of that name: the first may be there for the Enter key only. */
export const press = (page: Browser.Page, name: string) =>
  page.getByRole("button", { name, exact: true }).last().click()

/** Answers the first section, as far as it is wanted. */
export const aboutOneself = async (page: Browser.Page) => {
  await page.locator('[name="a.name"]').fill("Ann Example")
  for (const [part, value] of [
    ["day", "2"],
    ["month", "3"],
    ["year", "1990"],
  ] as const)
    await page.locator(`[name="a.born.${part}"]`).fill(value)
  await page.locator('[name="a.pets"][value="no"]').check()
}
