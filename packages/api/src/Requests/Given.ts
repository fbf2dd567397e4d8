/** What members send in about a request: a new one, changes to one, and how it is to behave. */
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Wire from "../Wire.ts"

/** Which questionnaire: one that is stored, or one that is written for this request alone. */
export const Asked = Schema.Union([
  Schema.Struct({
    id: Schema.String.annotate({ examples: ["kyc"] }),
    version: Schema.optionalKey(Schema.Int.annotate({ description: "Without it, the newest that is listed." })),
  }),
  Schema.Struct({
    source: Schema.String.annotate({
      description:
        "A definition as JSON text: for this request alone, whatever the firm publishes under its id and version afterwards.",
    }),
  }),
]).annotate({ description: "A stored questionnaire, or the definition of one that is written for this request alone." })

const presetNames = ["standard", "passfort", "taxdome", "karbon", "customer-centre", "file-request"] as const

export const Preset = Schema.Literals(presetNames).annotate({
  identifier: "Preset",
  description: "requite's own rules, or those of one of the systems that it takes the place of.",
})
export type Preset = typeof Preset.Type

const { name: _name, ...knobs } = RequestPolicy.RequestPolicy.fields

/** Knobs that are set otherwise than in the preset. A knob that is given takes the place of the whole knob. */
export const Knobs = Schema.Struct(Struct.map(knobs, Schema.optionalKey)).annotate({
  identifier: "Knobs",
  description: "Knobs that are set otherwise than in the preset; each takes the place of the whole knob.",
})
export type Knobs = typeof Knobs.Type

/** A preset, as it stands or with some knobs set otherwise. */
export const PolicyChoice = Schema.Union([Preset, Schema.Struct({ preset: Preset, change: Knobs })]).annotate({
  description: "A preset by its name, or `{ preset, change }` with some knobs set otherwise.",
})
export type PolicyChoice = typeof PolicyChoice.Type

const title = Wire.filledLine(200).annotate({
  description: "What it is called, for both sides.",
  examples: ["Yearly company check"],
})
const description = Wire.lines(10_000).annotate({
  description: "What the customer reads before they begin.",
})
const due = Schema.NullOr(Wire.CalendarDate).annotate({ description: "Until when it is wished; it closes nothing." })
const dues = Schema.Record(Schema.String, Schema.NullOr(Wire.CalendarDate)).annotate({
  description: "Dates of single items (sections), by section id; null: none, whatever the request's is.",
})
const message = Wire.lines(10_000).annotate({
  description:
    "The text of the e-mail around its button: Markdown with tags such as `{{recipientName}}`, `{{firmName}}`, `{{requestTitle}}`.",
})
const reminders = Schema.Struct({
  rule: Schema.optionalKey(Wire.ReminderRule),
  enabled: Schema.optionalKey(Schema.Boolean),
}).annotate({ description: "How often to remind. What is left out is the policy's." })
const recipients = Schema.Array(Wire.NewRecipient).check(
  Schema.makeFilter((list) =>
    list.length >= 1 && list.length <= 50 ? undefined : "Expected one recipient or several, at most 50",
  ),
)
const sensitivity = Schema.Literals(["normal", "high"]).annotate({
  description: "How careful to be: `high` asks for a code where the policy says so.",
})
const portalOnly = Schema.Boolean.annotate({
  description: "Only who logs in to the firm's portal may answer: the link alone opens nothing.",
})
const tasks = Schema.Array(Schema.Struct({ task: Wire.Id, sections: Schema.Array(Schema.String) })).annotate({
  description: "Tasks of the work item, and the sections that are theirs.",
})

const settings = {
  due: Schema.optionalKey(due),
  dues: Schema.optionalKey(dues),
  message: Schema.optionalKey(message),
  recipient: Schema.optionalKey(Wire.NewRecipient.annotate({ description: "The one recipient, in short." })),
  recipients: Schema.optionalKey(recipients),
  reminders: Schema.optionalKey(reminders),
  timeZone: Schema.optionalKey(Wire.TimeZone),
  sensitivity: Schema.optionalKey(sensitivity),
  portalOnly: Schema.optionalKey(portalOnly),
}

const eitherRecipient = (given: { readonly recipient?: unknown; readonly recipients?: unknown }) =>
  given.recipient === undefined || given.recipients === undefined
    ? undefined
    : "Expected either `recipient` or `recipients`"

/** A request to create. Without a recipient it goes to nobody yet, or to whoever is given its link. */
export const NewRequest = Schema.Struct({
  questionnaire: Asked,
  title,
  description: Schema.optionalKey(description),
  ...settings,
  message: Schema.optionalKey(message.annotate({ description: "Without it, the default text of the language." })),
  timeZone: Schema.optionalKey(
    Wire.TimeZone.annotate({ description: "The zone in which reminders keep local time. Without it, the firm's." }),
  ),
  workItem: Schema.optionalKey(Schema.NullOr(Wire.Id)),
  tasks: Schema.optionalKey(tasks),
  policy: Schema.optionalKey(PolicyChoice.annotate({ description: "How it behaves. Without it, `standard`." })),
  send: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Send it at once. If sending is refused, the request stays, unsent: `Refusal.request` names it.",
    }),
  ),
  sendAt: Schema.optionalKey(
    Wire.GivenInstant.annotate({ description: "Send it then, by itself (K12). Not together with `send`." }),
  ),
})
  .check(
    Schema.makeFilter((given) => {
      const wrong = eitherRecipient(given)
      if (wrong !== undefined) return wrong
      return given.send === true && given.sendAt !== undefined ? "Expected either `send` or `sendAt`" : undefined
    }),
  )
  .annotate({
    identifier: "NewRequest",
    examples: [
      {
        questionnaire: { id: "kyc" },
        title: "Yearly company check",
        due: "2027-03-27",
        recipient: { name: "Astrid Lind", email: "astrid@example.com", language: "sv" },
        send: true,
      },
    ],
  })
export type NewRequest = typeof NewRequest.Type

/** What of a request is to change; properties that are left out stay. */
export const Changes = Schema.Struct({
  questionnaire: Schema.optionalKey(Asked),
  title: Schema.optionalKey(title),
  description: Schema.optionalKey(description),
  ...settings,
})
  .check(Schema.makeFilter(eitherRecipient))
  .annotate({ identifier: "RequestChanges", examples: [{ due: "2027-04-03" }] })
export type Changes = typeof Changes.Type

/** A cycle that is only thought of: what its reminders would be. */
export const Imagined = Schema.Struct({
  policy: Schema.optionalKey(PolicyChoice),
  rule: Schema.optionalKey(Wire.ReminderRule),
  due: Schema.optionalKey(due),
  dues: Schema.optionalKey(dues),
  items: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({ description: "Section ids, where some have dates of their own." }),
  ),
  timeZone: Schema.optionalKey(Wire.TimeZone),
  sendAt: Schema.optionalKey(Wire.GivenInstant.annotate({ description: "When it would be sent. Without it, now." })),
}).annotate({
  identifier: "ImaginedCycle",
  examples: [{ rule: { kind: "gentle" }, due: "2027-03-27", timeZone: "Europe/Stockholm" }],
})
export type Imagined = typeof Imagined.Type
