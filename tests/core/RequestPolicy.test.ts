import { assert, describe, it } from "@effect/vitest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import { rules } from "@requite/core/RequestPolicy/lint"
import * as Schema from "effect/Schema"
import { frozen } from "../support/Decider.ts"

type Policy = RequestPolicy.RequestPolicy

const { standard, taxdome, customerCentre, fileRequest } = RequestPolicy
const timing = standard.reminders.timing

const withTiming = (change: object): Policy => ({
  ...standard,
  reminders: { ...standard.reminders, timing: { ...timing, ...change } },
})
const withRule = (rule: Policy["reminders"]["rule"], base: Policy = standard): Policy => ({
  ...base,
  reminders: { ...base.reminders, rule },
})

const found = (policy: Policy, severity: "error" | "warning") =>
  RequestPolicy.lint(frozen(policy))
    .filter((finding) => finding.severity === severity)
    .map(({ code }) => code)

/** Policies that cannot work, with every error that they have. */
const contradictions: ReadonlyArray<readonly [codes: string, policy: Policy]> = [
  ["delegation-to-nobody", { ...RequestPolicy.karbon, customerMayDelegate: "yes" }],
  ["not-positive", { ...standard, windowDays: 0, linkDays: -1 }],
  ["not-positive", { ...standard, windowDays: Number.NaN }],
  ["not-positive", { ...standard, reminderExtendsDays: 0 }],
  ["not-positive", { ...standard, reminders: { ...standard.reminders, cap: 0 } }],
  ["not-positive", { ...standard, session: { idleMinutes: 0, hours: 0 } }],
  ["not-positive", { ...standard, outstanding: { perSubject: 0, perTask: -3 } }],
  ["not-positive", withRule({ kind: "custom", everyDays: 0 })],
  ["not-positive", withRule({ kind: "custom", everyDays: 1.5 })],
  ["too-long", { ...standard, windowDays: 1e15 }],
  ["bad-time", withTiming({ sendTime: "24:00" })],
  ["bad-time", withTiming({ quietHours: ["20:00", "8:00"] })],
  ["bad-time", withTiming({ businessDays: { weekend: [1, 2, 3, 4, 5, 6, 7], holidays: [] } })],
  ["bad-time", withTiming({ businessDays: { weekend: [0], holidays: [] } })],
  ["bad-time", withTiming({ businessDays: { weekend: [6, 7], holidays: ["2027-02-30"] } })],
  ["nothing-kept-until-end", { ...standard, saving: "none", completion: "auto-when-all" }],
  ["nothing-kept-until-end reminders-never-satisfied", { ...standard, saving: "none", completion: "never" }],
  ["shared-but-not-kept", { ...standard, audience: "shared-record", saving: "none" }],
  ["sms-without-mobile", { ...standard, secondFactor: "sms-code" }],
  ["sms-without-mobile", { ...standard, secondFactor: "both" }],
  [
    "email-code-without-email link-without-email",
    { ...standard, requires: ["name"], selfService: "none", reminders: fileRequest.reminders },
  ],
  [
    "link-without-email self-service-without-email reminders-without-email",
    { ...standard, requires: [], secondFactor: "none" },
  ],
  ["derived-with-email-code", { ...standard, token: "derived" }],
  ["same-channel-code", { ...standard, secondFactorWhen: "always" }],
  ["derived-with-email-code same-channel-code", { ...standard, token: "derived", secondFactorWhen: "always" }],
  [
    "same-link-not-kept same-link-revoked",
    { ...standard, resend: { mode: "same-link", resetsCount: true, otherLinks: "revoke" } },
  ],
  [
    "self-service-renews new-recipient-without-link",
    { ...standard, resend: { mode: "new-request", resetsCount: false, otherLinks: "revoke" } },
  ],
  [
    "groups-exclude-each-other",
    { ...standard, audience: "separate-views", outstanding: { perSubject: 1, perTask: null } },
  ],
  ["anyone-but-one", { ...fileRequest, binding: "on-open" }],
  ["anyone-but-one", { ...fileRequest, roles: ["Applicant"] }],
  ["sms-without-mobile anyone-but-one", { ...fileRequest, secondFactor: "sms-code" }],
  ["roles-empty", { ...customerCentre, roles: [] }],
  ["reminders-without-email reminders-never-satisfied", withRule({ kind: "gentle" }, fileRequest)],
  ["reminders-never-satisfied", withRule({ kind: "custom", everyDays: 3 }, customerCentre)],
]

/** Weak settings, beside the one that `standard` has: its code for sensitive requests goes by e-mail. */
const weaknesses: ReadonlyArray<readonly [codes: string, policy: Policy]> = [
  ["delegation-weakens-factor delegation-unchecked", { ...standard, customerMayDelegate: "yes" }],
  ["never-expires", { ...standard, windowDays: null, reminderExtendsDays: null }],
  ["never-expires extension-without-window", { ...standard, windowDays: null }],
  ["unclaimed-never-expires", { ...standard, clock: "first-claim", linkDays: null }],
  ["link-outlives-window", { ...standard, linkDays: 61 }],
  ["link-outlives-window", { ...standard, linkDays: 31, reminderExtendsDays: null }],
  ["binds-on-open", { ...standard, binding: "on-open" }],
  ["binds-too-late", { ...standard, saving: "none" }],
  ["locked-to-device", { ...standard, selfService: "none" }],
  ["derived-token", { ...standard, token: "derived" }],
  ["old-links-kept", { ...standard, resend: { mode: "renew", resetsCount: true, otherLinks: "keep" } }],
  ["uncapped-reminders", { ...standard, reminders: { ...standard.reminders, cap: null } }],
  ["no-quiet-hours", withTiming({ quietHours: null })],
  ["sends-in-quiet-hours", withTiming({ sendTime: "23:00" })],
  ["sends-in-quiet-hours", withTiming({ sendTime: "12:00", quietHours: ["12:00", "13:00"] })],
]

describe("lint", () => {
  it("X1-X15: no preset contradicts itself; S78: the weak settings of each have a name", () => {
    const warnings = Object.fromEntries(
      Object.entries(RequestPolicy.presets).map(([name, preset]) => {
        assert.deepStrictEqual(found(preset, "error"), [], name)
        return [name, found(preset, "warning").join(" ")]
      }),
    )
    assert.deepStrictEqual(warnings, {
      standard: "same-channel-code",
      passfort: "link-alone",
      taxdome: "never-expires link-alone delegation-unchecked old-links-kept no-quiet-hours",
      karbon: "binds-on-open no-quiet-hours",
      "customer-centre": "",
      "file-request": "never-expires open-to-anyone link-alone derived-token old-links-kept",
    })
  })

  it.each(contradictions)("S78, G6: %s", (codes, policy) => {
    assert.strictEqual(found(policy, "error").join(" "), codes)
  })

  it.each(weaknesses)("S78: %s", (codes, policy) => {
    const own = found(policy, "warning").filter((code) => code !== "same-channel-code")
    assert.strictEqual(own.join(" "), codes)
  })

  it("S78: whoever has a file request's link could read the answers, were they kept as typed", () => {
    for (const change of [{ saving: "live" }, { saving: "autosave" }, { afterSubmit: "live-record" }] as const) {
      assert.include(found({ ...fileRequest, ...change }, "warning"), "answers-open-to-anyone")
    }
    assert.notInclude(found(fileRequest, "warning"), "answers-open-to-anyone")
  })

  it("S31: a code on the link's own channel is no second factor, unless it is kept for sensitive requests knowingly", () => {
    const finding = (policy: Policy) => RequestPolicy.lint(policy).find(({ code }) => code === "same-channel-code")
    assert.deepInclude(finding({ ...standard, secondFactorWhen: "always" }), {
      severity: "error",
      knobs: ["secondFactor", "secondFactorWhen"],
    })
    assert.strictEqual(finding(standard)?.severity, "warning")
    const both: Policy = { ...customerCentre, secondFactor: "both" }
    assert.isUndefined(finding(both))
  })

  it("names the knobs at fault, and each as it stands in the policy", () => {
    const [finding] = RequestPolicy.lint({ ...standard, windowDays: 0, linkDays: -1 })
    assert.deepStrictEqual(finding?.knobs, ["windowDays", "linkDays"])
    const broken = [...contradictions, ...weaknesses].flatMap(([, policy]) =>
      RequestPolicy.lint(policy).flatMap(({ knobs }) => knobs.map((knob) => ({ knob, policy }))),
    )
    for (const { knob, policy } of broken) {
      const value = knob.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), policy)
      assert.isDefined(value, knob)
    }
  })

  it("every rule can be broken, errors come first, and each says so in a sentence", () => {
    const seen = new Set(
      [...contradictions, ...weaknesses, ["", fileRequest] as const, ["", standard] as const]
        .flatMap(([, policy]) => [
          ...RequestPolicy.lint(policy),
          ...RequestPolicy.lint({ ...policy, audience: "anyone-with-link" }),
        ])
        .map(({ code, severity }) => `${severity} ${code}`),
    )
    assert.sameMembers(
      [...seen],
      rules.map(({ code, severity }) => `${severity} ${code}`),
    )
    const severities = rules.map(({ severity }) => severity)
    assert.deepStrictEqual(severities, severities.toSorted())
    assert.isTrue(rules.every(({ message }) => /^[A-Z].*[.]$/.test(message)))
  })
})

describe("S78: where nothing looks for viruses", () => {
  const codes = (surroundings: RequestPolicy.Surroundings) => {
    const usual = RequestPolicy.lint(standard).length
    return RequestPolicy.lint(standard, surroundings)
      .slice(usual)
      .map(({ code, severity }) => `${severity} ${code}`)
  }
  it("files are named, and archives above all; not where a scanner is, or nothing is handed in", () => {
    assert.deepStrictEqual(codes({ scanner: "none" }), ["warning files-not-scanned"])
    assert.deepStrictEqual(codes({ scanner: "none", accepts: ["application/pdf"] }), ["warning files-not-scanned"])
    assert.deepStrictEqual(codes({ scanner: "none", accepts: ["application/zip"] }), [
      "warning files-not-scanned",
      "warning archives-not-scanned",
    ])
    assert.deepStrictEqual(codes({ scanner: "none", accepts: [] }), [])
    assert.deepStrictEqual(codes({ scanner: "clamd", accepts: ["application/zip"] }), [])
  })
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

describe("presets", () => {
  it("L46: are plain data, the same after a way through JSON", () => {
    const codec = Schema.toCodecJson(RequestPolicy.RequestPolicy)
    for (const [name, preset] of Object.entries(RequestPolicy.presets)) {
      assert.strictEqual(preset.name, name)
      assert.deepStrictEqual(
        Schema.decodeUnknownSync(codec, { onExcessProperty: "error" })(JSON.parse(JSON.stringify(preset))),
        preset,
      )
    }
  })
  it("and what the decoder refuses, the linter calls an error, so that no way in is open", () => {
    const accepts = Schema.is(RequestPolicy.RequestPolicy)
    for (const [, policy] of contradictions) {
      if (!accepts(policy)) assert.isNotEmpty(found(policy, "error"))
    }
    assert.isTrue(accepts(taxdome))
  })
})
