/**
 * The kinds of mail to customers whose words a firm may write, and the tags of each: what they print, which of them must stay
 * (M19, C8), and which may not stand where anybody sees them (M21). The frame around the words is fixed: the firm's look, the
 * title, the dates, the button with its link, and who sent it.
 */
import type { MessageTemplate } from "@requite/content"

export const kinds = ["invitation", "reminder", "access-link", "returned", "delegated", "comments", "code"] as const
export type Kind = (typeof kinds)[number]

/** A template's three texts. */
export interface Wording {
  readonly subject: string
  /** What the list of mails shows behind the subject. */
  readonly lead: string
  /** Markdown with tags. */
  readonly body: string
}

type Variables = MessageTemplate.Declaration["variables"]

const common: Variables = {
  greeting: { description: "Hello, with the recipient's name if there is one", inSubject: false },
  recipientName: { description: "The recipient's name, if there is one" },
  memberName: { description: "The name of the member in whose name it is sent" },
  firmName: { description: "The firm's name" },
  requestTitle: { description: "The request's title" },
  dueDate: { description: "The day it is due, if there is one" },
}

const required = (...names: ReadonlyArray<string>): Variables =>
  Object.fromEntries(
    names.flatMap((name) => {
      const variable = common[name]
      return variable === undefined ? [] : [[name, { ...variable, required: true }]]
    }),
  )

const declared: Readonly<Record<Kind, Variables>> = {
  invitation: {
    ...common,
    ...required("firmName", "requestTitle"),
    number: { description: "Which send it is, from the second one on" },
  },
  reminder: {
    ...common,
    dueSentence: { description: "A sentence that says what is due and when", required: true },
    standing: { description: "A sentence that says how much is done, and what is still open", required: true },
    state: { description: "What is still open, or that it only has to be submitted", requiredInSubject: true },
    when: { description: "How long there is: “due in 3 days”, “1 day overdue”", requiredInSubject: true },
    open: { description: "What is still open, if anything is" },
    done: { description: "How many parts are done" },
    total: { description: "How many parts there are" },
    number: { description: "Which reminder it is" },
  },
  "access-link": {
    ...common,
    ...required("firmName", "requestTitle"),
    notYou: { description: "A sentence for those who did not ask for it", required: true, inSubject: false },
    number: { description: "Which link it is, so that no two mails look alike", requiredInSubject: true },
  },
  returned: {
    ...common,
    ...required("firmName"),
    item: { description: "What was sent back; nothing when all of it was opened again" },
  },
  delegated: {
    ...common,
    ...required("firmName", "requestTitle"),
    passedOnBy: { description: "Who was asked before, and named them", required: true, inSubject: false },
  },
  comments: {
    ...common,
    ...required("firmName", "requestTitle"),
    number: { description: "How many messages there are, so that no two mails look alike", requiredInSubject: true },
  },
  code: {
    firmName: { description: "The firm's name", required: true },
    expiry: { description: "A sentence that says how long and how often the code works", required: true },
  },
}

/** The tags of a kind. */
export const declaration = (kind: Kind): MessageTemplate.Declaration => ({ variables: declared[kind] })

export const isKind = (text: string): text is Kind => kinds.some((kind) => kind === text)
