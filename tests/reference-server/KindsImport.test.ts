// What the firm's side makes of a questionnaire with every kind: it is imported, read and priced; what cannot be taken in
// yet is refused at its place.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as views from "../../reference-server/src/Api/views.ts"
import { sampleOf } from "../../reference-server/src/FirmPages/Samples.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { definition, section } from "../support/Questionnaires.ts"
import { questionnaire } from "./KindsWorld.ts"

const passport = { id: "passport", type: "upload", label: "Passport", accept: ["application/pdf"], maxBytes: 1000 }
const group = (id: string, more: object, ...items: ReadonlyArray<unknown>) => ({
  id,
  type: "group",
  label: id,
  items,
  ...more,
})

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })(
  "kinds of questions for the firm",
  (it) => {
    it.effect(
      "files inside a repeated group, at whatever depth, are refused at their place; outside they are taken",
      () =>
        Effect.gen(function* () {
          const questionnaires = yield* Questionnaires
          const { member } = yield* TestFirm.firm
          const add = (id: string, ...items: ReadonlyArray<unknown>) =>
            questionnaires.add(
              member.workspaceId,
              JSON.stringify(definition([section("only", ...items)], { id }), null, 2),
            )
          const inner = group("inner", {}, passport)
          const refused = yield* Effect.flip(add("deep", group("owners", { repeat: { max: 3 } }, inner)))
          assert.strictEqual(refused._tag, "QuestionnaireRefused")
          if (refused._tag !== "QuestionnaireRefused") return
          const [finding] = refused.findings
          assert.deepStrictEqual(
            [finding?.code, finding?.severity, finding?.pointer, finding?.line],
            ["upload-in-repeat", "error", "/sections/0/items/0/items/0/items/0/type", 24],
          )
          assert.include(finding?.message ?? "", `"passport"`)
          yield* add("plain", group("owners", {}, inner))
          yield* add("beside", passport, group("owners", { repeat: {} }, { id: "name", type: "text", label: "Name" }))
        }),
    )

    it.effect(
      "null takes an answer back; what is cleared, hidden or unknown to the questions is in no view of the firm",
      () =>
        Effect.gen(function* () {
          const questionnaires = yield* Questionnaires
          const requests = yield* ClientRequests
          const { member } = yield* TestFirm.firm
          const { stored } = yield* questionnaires.add(member.workspaceId, JSON.stringify(questionnaire))
          const request = yield* TestFirm.sendRequest(member, stored.ref)
          const customer = yield* TestFirm.customerOf(request)
          const save = (answers: Record<string, unknown>) =>
            Effect.flatMap(TestFirm.uuid, (id) => requests.save(customer, { revision: request.revision, answers }, id))
          yield* save({ name: "Ann", kind: "company", vat: "GB 1", street: "Main St" })
          yield* save({ street: null, kind: "person" })
          const draft = (yield* requests.current(customer)).answers
          assert.deepInclude(draft, { name: "Ann", kind: "person", vat: "GB 1" })
          assert.notProperty(draft, "street")
          const overview = yield* requests.overview(member.workspaceId, request.id)
          const view = views.request(overview, 0, new Map())
          assert.deepStrictEqual(view.answers, { name: "Ann", kind: "person" })
          assert.deepStrictEqual(
            view.items.flatMap(({ progress }) => (progress === null ? [] : [[progress.id, progress.questions]])),
            [
              ["about", 2],
              ["money", 5],
              ["papers", 2],
            ],
          )
          // nothing of an impossible shape, however deep it stands
          for (const owner of [
            "x",
            [1],
            [{ who: 1 }],
            [{ nobody: "x" }],
            [{ home: [{ land: {} }] }],
            [{ who: "a\u0000" }],
          ]) {
            assert.strictEqual((yield* Effect.flip(save({ owner })))._tag, "AnswersRefused", JSON.stringify(owner))
          }
        }),
    )

    it("a sample says what somebody is asked who begins", () => {
      const [sample] = sampleOf(JSON.stringify(questionnaire))
      assert.strictEqual(sample?.questions, 8)
    })
  },
)
