import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as TestFirm from "../support/TestFirm.ts"

/** The questionnaire of the tests, with these properties changed. */
const source = (change: Record<string, unknown> = {}) =>
  JSON.stringify({ ...(JSON.parse(TestFirm.questionnaire) as object), ...change })

/** The same definition, as somebody else's editor writes it: other white space, other order of the keys. */
const reformatted = (text: string) => {
  const turned = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turned)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, inner]) => [key, turned(inner)]),
          )
        : value
  return `\n${JSON.stringify(turned(JSON.parse(text)), null, "\t").replaceAll('"kyc"', '"\\u006byc"')}\r\n`
}

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("questionnaires", (it) => {
  it.effect("a version that is stored never changes, and the same content again is taken as it stands", () =>
    Effect.gen(function* () {
      const questionnaires = yield* Questionnaires
      const { member, stored } = yield* TestFirm.firm
      const { workspaceId } = member
      const again = yield* questionnaires.add(workspaceId, reformatted(TestFirm.questionnaire))
      assert.deepStrictEqual(again.stored, stored)

      const refused = yield* Effect.flip(questionnaires.add(workspaceId, source({ title: "Changed" })))
      assert.deepStrictEqual(TestFirm.said(refused), { _tag: "VersionTaken", id: "kyc", version: 1 })
      assert.deepStrictEqual(yield* questionnaires.get(workspaceId, "kyc", 1), stored)

      const { stored: second } = yield* questionnaires.add(workspaceId, source({ version: 3, title: "Changed" }))
      assert.notStrictEqual(second.ref.hash, stored.ref.hash)
      assert.deepStrictEqual(yield* questionnaires.get(workspaceId, "kyc"), second)
      assert.deepStrictEqual(yield* questionnaires.get(workspaceId, "kyc", 1), stored)
      // an older version may come later: it is not the newest by that
      yield* questionnaires.add(workspaceId, source({ version: 2, title: "Between" }))
      assert.deepStrictEqual((yield* questionnaires.get(workspaceId, "kyc")).ref.version, 3)
    }),
  )

  it.effect(
    "a version that breaks the answers people are giving is refused, unless a migration carries them over",
    () =>
      Effect.gen(function* () {
        const questionnaires = yield* Questionnaires
        const { member, stored, address } = yield* TestFirm.firm
        const { workspaceId } = member
        const { sections } = JSON.parse(TestFirm.questionnaire) as {
          readonly sections: ReadonlyArray<{ readonly items: [] }>
        }
        const [first, ...others] = sections
        const added = { id: "added", type: "text", label: "Added", required: true }
        const withQuestion = (version: number, more = {}) =>
          source({ version, sections: [{ ...first, items: [...(first?.items ?? []), added] }, ...others], ...more })
        // nobody answers it yet
        yield* questionnaires.add(workspaceId, withQuestion(2))

        const requests = yield* ClientRequests
        yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
        const { customer } = yield* TestFirm.claim(yield* TestFirm.mailTo(address))
        yield* requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* TestFirm.uuid)
        const refused = yield* Effect.flip(questionnaires.add(workspaceId, withQuestion(3)))
        assert.strictEqual(refused._tag, "QuestionnaireRefused")
        const [finding] = refused._tag === "QuestionnaireRefused" ? refused.findings : []
        assert.strictEqual(finding?.code, "breaking-change")
        assert.match(finding?.message ?? "", /1 request on version 1 is being answered: write a migration/)
        assert.isAbove(finding?.column ?? 0, 1)

        const migrations = [{ from: 1, steps: [{ set: ["added", "not asked then"] }] }]
        yield* questionnaires.add(workspaceId, withQuestion(3, { migrations }))
        // an optional question breaks nothing
        const optional = [{ ...first, items: [...(first?.items ?? []), { ...added, required: false }] }, ...others]
        yield* questionnaires.add(workspaceId, source({ version: 4, sections: optional }))
      }),
  )

  it.effect("a version that was asked for too early is found once it is there", () =>
    Effect.gen(function* () {
      const questionnaires = yield* Questionnaires
      const { member } = yield* TestFirm.firm
      for (const [id, version] of [
        ["kyc", 2],
        ["other", 1],
        ["other", undefined],
      ] as const) {
        const error = yield* Effect.flip(questionnaires.get(member.workspaceId, id, version))
        assert.deepStrictEqual(TestFirm.said(error), { _tag: "QuestionnaireNotFound", id })
      }
      yield* questionnaires.add(member.workspaceId, source({ version: 2 }))
      yield* questionnaires.add(member.workspaceId, source({ id: "other" }))
      assert.strictEqual((yield* questionnaires.get(member.workspaceId, "kyc", 2)).ref.version, 2)
      assert.strictEqual((yield* questionnaires.get(member.workspaceId, "other", 1)).ref.id, "other")
    }),
  )

  it.effect("the author's text comes back to the letter, and its hash does not depend on how it is written", () =>
    Effect.gen(function* () {
      const questionnaires = yield* Questionnaires
      const [ours, theirs] = [yield* TestFirm.firm, yield* TestFirm.firm]
      const plain = source({ id: "letter", title: '«Ünïcode» 👩‍💼 \u202e and "quotes"' })
      const text = reformatted(plain)
      const one = yield* questionnaires.add(ours.member.workspaceId, text)
      const two = yield* questionnaires.add(theirs.member.workspaceId, plain)
      assert.strictEqual(one.stored.source, text)
      const got = yield* questionnaires.get(ours.member.workspaceId, "letter")
      assert.strictEqual(got.source, text)
      assert.strictEqual(got.ref.hash, two.stored.ref.hash)
      assert.deepStrictEqual(got.questionnaire, two.stored.questionnaire)
      const [listing] = (yield* questionnaires.list(ours.member.workspaceId)).filter(({ id }) => id === "letter")
      assert.match(listing?.title ?? "", /^«Ünïcode» 👩‍💼/)
    }),
  )

  it.effect("the list has the newest version of each that is listed, by title in its own language", () =>
    Effect.gen(function* () {
      const questionnaires = yield* Questionnaires
      const { member } = yield* TestFirm.firm
      const add = (change: Record<string, unknown>, listed?: boolean) =>
        questionnaires.add(member.workspaceId, source(change), listed === undefined ? {} : { listed })
      yield* add({ version: 2, title: "Check, once more" })
      yield* add({ id: "zoo", title: { sv: "Ärlighet", en: "A-Honesty" }, language: "sv" })
      yield* add({ id: "able", title: "bokslut" })
      yield* add({ id: "hidden", title: "For one request alone" }, false)
      const list = Effect.map(questionnaires.list(member.workspaceId), (found) =>
        found.map(({ id, version, title, questions }) => [id, version, title, questions]),
      )
      assert.deepStrictEqual(yield* list, [
        ["zoo", 1, "Ärlighet", 3],
        ["able", 1, "bokslut", 3],
        ["kyc", 2, "Check, once more", 3],
      ])
      // it can be got all the same; imported afterwards, it is listed, and being used unlisted does not hide it
      assert.strictEqual((yield* questionnaires.get(member.workspaceId, "hidden")).ref.questions, 3)
      yield* add({ id: "hidden", title: "For one request alone" })
      yield* add({ id: "able", title: "bokslut" }, false)
      assert.deepStrictEqual(
        (yield* list).map(([id]) => id),
        ["zoo", "able", "kyc", "hidden"],
      )
    }),
  )

  it.effect(
    "a definition with errors is refused with each finding at its place; warnings come with what is stored",
    () =>
      Effect.gen(function* () {
        const questionnaires = yield* Questionnaires
        const { member } = yield* TestFirm.firm
        const broken = `{ "format": 1, "id": "Broken", "version": 1, "language": "en",
  "title": "x",
  "sections": [{ "id": "a", "title": "A", "items": [
    { "id": "one", "type": "tetx", "label": "One" } ] }] }`
        const refused = yield* Effect.flip(questionnaires.add(member.workspaceId, broken))
        assert.deepStrictEqual(
          refused._tag === "QuestionnaireRefused"
            ? refused.findings.map(({ severity, pointer, line, column }) => [severity, pointer, line, column])
            : [],
          [
            ["error", "/id", 1, 22],
            ["error", "/sections/0/items/0/type", 4, 28],
          ],
        )
        for (const text of ["", "{", "null", "[]", "\u0000", "\ufeff{}", `"${"x".repeat(100_000)}"`]) {
          const error = yield* Effect.flip(questionnaires.add(member.workspaceId, text))
          assert.strictEqual(error._tag, "QuestionnaireRefused", text.slice(0, 20))
        }

        const half = source({ id: "half", title: { en: "Half", sv: "Halv" }, description: { en: "Only half" } })
        const { warnings, stored } = yield* questionnaires.add(member.workspaceId, half)
        assert.strictEqual(stored.ref.id, "half")
        assert.deepStrictEqual(
          [...new Set(warnings.map(({ code, severity }) => `${severity} ${code}`))],
          ["warning missing-translation"],
        )
      }),
  )
})
