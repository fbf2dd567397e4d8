/** The presets: the five reference systems, and requite's own default (features.md, "The policy record"). */
import type { RequestPolicy } from "./Policy.ts"

/** requite's own: nothing is lost, old links die, a scanner cannot lock anybody out, reminders stop in time. */
export const standard: RequestPolicy = {
  name: "standard",
  waitingBegins: "on-start",
  structureEditable: "pending",
  settingsEditable: { message: "pending", due: "open", reminders: "open", recipients: "open", security: "pending" },
  audience: "one",
  requires: ["email"],
  roles: null,
  windowDays: 30,
  linkDays: 30,
  clock: "sent",
  reminderExtendsDays: 60,
  resend: { mode: "renew", resetsCount: true, otherLinks: "revoke" },
  selfService: "other-device-and-expired",
  outstanding: { perSubject: null, perTask: null },
  binding: "on-first-write",
  secondFactor: "email-code",
  secondFactorWhen: "sensitive",
  session: { idleMinutes: null, hours: 24 },
  saving: "autosave",
  completion: "explicit",
  customerMayReopenItem: true,
  customerMayDeclineItem: true,
  // whoever is named sees what was answered so far: somebody of the firm says whether they may
  customerMayDelegate: "ask-firm",
  reminders: {
    rule: { kind: "gentle" },
    cap: 5,
    timing: { sendTime: "09:00", quietHours: ["20:00", "08:00"], businessDays: null },
  },
  afterSubmit: "receipt-in-session",
  token: "random-hashed",
  from: "actor",
}

const anyTime = { sendTime: "09:00", quietHours: null, businessDays: null } as const
const none = { rule: { kind: "none" }, cap: 5, timing: anyTime } as const

/** PassFort's "Request from customer": one e-mail out at a time, all or nothing, thirty days (P1–P31). */
export const passfort: RequestPolicy = {
  ...standard,
  name: "passfort",
  waitingBegins: "on-send",
  settingsEditable: { message: "unsent", due: "unsent", reminders: "unsent", recipients: "unsent", security: "unsent" },
  linkDays: null,
  reminderExtendsDays: null,
  resend: { mode: "new-request", resetsCount: false, otherLinks: "revoke" },
  selfService: "none",
  outstanding: { perSubject: 1, perTask: 1 },
  binding: "none",
  secondFactor: "none",
  secondFactorWhen: "always",
  saving: "none",
  completion: "explicit-all",
  customerMayReopenItem: false,
  customerMayDeclineItem: false,
  // the check is about the one who is asked
  customerMayDelegate: "no",
  reminders: none,
  afterSubmit: "uniform",
  from: "configured",
}

/** TaxDome's "Client requests": everything may change until the client begins; answers are kept as typed (T1–T20). */
export const taxdome: RequestPolicy = {
  ...standard,
  name: "taxdome",
  settingsEditable: {
    message: "pending",
    due: "pending",
    reminders: "pending",
    recipients: "pending",
    security: "pending",
  },
  windowDays: null,
  linkDays: null,
  reminderExtendsDays: null,
  resend: { mode: "renew", resetsCount: true, otherLinks: "keep" },
  selfService: "none",
  binding: "none",
  secondFactor: "none",
  secondFactorWhen: "always",
  customerMayDeclineItem: false,
  // assistants and spouses answer, without asking first (T5)
  customerMayDelegate: "yes",
  reminders: { rule: { kind: "custom", everyDays: 3 }, cap: 5, timing: anyTime },
  afterSubmit: "portal-read-only",
  from: "configured",
}

/** Karbon's "Client Requests": tasks ticked one by one, a device per link, reminders by the due date (K1–K50). */
export const karbon: RequestPolicy = {
  ...standard,
  name: "karbon",
  waitingBegins: "on-send",
  structureEditable: "append-until-submitted",
  settingsEditable: { message: "pending", due: "open", reminders: "open", recipients: "open", security: "pending" },
  audience: "separate-views",
  requires: ["email", "contact"],
  linkDays: 30,
  reminderExtendsDays: 60,
  binding: "on-open",
  secondFactor: "none",
  secondFactorWhen: "always",
  saving: "per-item",
  completion: "auto-when-all",
  customerMayReopenItem: false,
  customerMayDeclineItem: false,
  // only contacts are asked: the firm makes somebody one, or does not
  customerMayDelegate: "ask-firm",
  reminders: { rule: { kind: "gentle" }, cap: 5, timing: anyTime },
  afterSubmit: "portal-read-only",
}

/** A mortgage broker's Customer Centre: link and SMS code, one record for all applicants, seven days (C1–C11). */
export const customerCentre: RequestPolicy = {
  ...standard,
  name: "customer-centre",
  waitingBegins: "on-send",
  structureEditable: "append-until-submitted",
  audience: "shared-record",
  requires: ["name", "email", "mobile", "work-item"],
  roles: ["Primary Applicant", "Applicant", "Guarantor"],
  windowDays: 7,
  linkDays: 7,
  reminderExtendsDays: null,
  resend: { mode: "new-link", resetsCount: true, otherLinks: "revoke" },
  selfService: "none",
  binding: "none",
  secondFactor: "sms-code",
  secondFactorWhen: "always",
  session: { idleMinutes: 15, hours: 12 },
  saving: "live",
  completion: "never",
  customerMayDeclineItem: false,
  // an applicant is who they are, by name, number and role
  customerMayDelegate: "no",
  reminders: none,
  afterSubmit: "live-record",
}

/** TaxDome's file requests: a link to an upload page, open until it is revoked, to be copied again (F1–F15). */
export const fileRequest: RequestPolicy = {
  ...standard,
  name: "file-request",
  waitingBegins: "on-send",
  settingsEditable: { message: "open", due: "unsent", reminders: "unsent", recipients: "unsent", security: "unsent" },
  audience: "anyone-with-link",
  requires: [],
  windowDays: null,
  linkDays: null,
  reminderExtendsDays: null,
  resend: { mode: "same-link", resetsCount: false, otherLinks: "keep" },
  selfService: "none",
  binding: "none",
  secondFactor: "none",
  secondFactorWhen: "always",
  saving: "immediate",
  completion: "never",
  customerMayDeclineItem: false,
  // whoever has the link passes it on by themselves
  customerMayDelegate: "no",
  reminders: none,
  afterSubmit: "uniform",
  token: "derived",
  from: "configured",
}

/** The presets by name. */
export const presets = {
  standard,
  passfort,
  taxdome,
  karbon,
  "customer-centre": customerCentre,
  "file-request": fileRequest,
} as const satisfies Readonly<Record<string, RequestPolicy>>
