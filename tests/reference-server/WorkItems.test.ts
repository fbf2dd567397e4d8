// Work items, tasks and baskets over a real database, as their services give them.
import { assert, layer } from "@effect/vitest"
import { Crypto, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import * as contacts from "../../reference-server/src/Contacts/layer.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as questionnaires from "../../reference-server/src/Questionnaires/layer.ts"
import { WorkItems, type WorkNotFound, type WorkRefused } from "../../reference-server/src/WorkItems.ts"
import * as workItems from "../../reference-server/src/WorkItems/layer.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const services = Layer.mergeAll(contacts.layer, workItems.layer).pipe(
  Layer.provideMerge(questionnaires.layer),
  Layer.provideMerge(Layer.mock(WorkspaceEvents, { add: () => Effect.void })),
  Layer.provideMerge(Layer.mergeAll(TestDatabase.layer, TestDatabase.everyWorkspace, Crypto.layer(crypto))),
)

const asking = (id: string, ...questions: ReadonlyArray<string>) =>
  JSON.stringify({
    format: 1,
    id,
    version: 1,
    language: "en",
    title: id.toUpperCase(),
    sections: [
      { id: "about", title: `About ${id}`, items: questions.map((own) => ({ id: own, type: "text", label: own })) },
    ],
  })

/** A firm of its own with a member, three questionnaires and a work item with two tasks. */
const firm = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const work = yield* WorkItems
  const [workspaceId, member, id, identity, address] = yield* Effect.all(Array.from({ length: 5 }, () => Crypto.uuid))
  assert(workspaceId !== undefined && member !== undefined && id !== undefined)
  assert(identity !== undefined && address !== undefined)
  const at = new Date()
  yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", createdAt: at })}`
  yield* sql`INSERT INTO members ${sql.insert({ id: member, workspaceId, name: "Moa", email: `${member}@firm.example`, passwordHash: "", createdAt: at })}`
  for (const source of [asking("kyc", "name", "born"), asking("utility", "name"), asking("other", "q")]) {
    yield* (yield* Questionnaires).add(workspaceId, source)
  }
  const by: Member = { id: member, workspaceId, name: "Moa", email: `${member}@firm.example`, role: "admin" }
  yield* work.create(workspaceId, id, { title: "Onboarding", assignee: member })
  yield* work.addTask(by, id, identity, { title: "Identity check", questionnaires: ["kyc", "other"] })
  yield* work.addTask(by, id, address, { title: "Proof of address", questionnaires: ["utility"] })
  return { workspaceId, member, by, id, identity, address, work }
})

layer(services, { excludeTestServices: true, timeout: "180 seconds" })("work items", (it) => {
  it.effect("K6: work has a title, stages with a default list, an assignee, and is listed by what changed last", () =>
    Effect.gen(function* () {
      const { work, workspaceId, member, id } = yield* firm
      const made = yield* work.get(workspaceId, id)
      assert.deepInclude(made, {
        title: "Onboarding",
        stage: 0,
        autoAdvance: false,
        status: "Active",
        assignee: member,
      })
      assert.deepStrictEqual(made.stages, ["To do", "In progress", "Review", "Done"])
      const second = yield* Crypto.uuid
      yield* work.create(workspaceId, second, { title: "Yearly accounts" })
      yield* work.edit(workspaceId, id, { title: "Onboarding of Lind", stage: 1 })
      const { workItems: listed, total } = yield* work.list(workspaceId, { limit: 10, offset: 0 })
      assert.deepStrictEqual(
        listed.map(({ title, stage }) => [title, stage]),
        [
          ["Onboarding of Lind", 1],
          ["Yearly accounts", 0],
        ],
      )
      assert.strictEqual(total, 2)
      const found = yield* work.list(workspaceId, { search: "YEARLY", status: "Active", limit: 10, offset: 0 })
      assert.deepStrictEqual(
        found.workItems.map((one) => one.id),
        [second],
      )
      assert.strictEqual((yield* work.list(workspaceId, { status: "Completed", limit: 10, offset: 0 })).total, 0)
    }),
  )

  it.effect("what cannot be is refused by its name: a stage, a member, a questionnaire that there is not", () =>
    Effect.gen(function* () {
      const { work, workspaceId, id, identity, member, by } = yield* firm
      const other = yield* firm
      const attempts: ReadonlyArray<Effect.Effect<unknown, WorkNotFound | WorkRefused>> = [
        work.edit(workspaceId, id, { stage: 4 }),
        work.edit(workspaceId, id, { stage: -1 }),
        work.edit(workspaceId, id, { assignee: other.member }),
        work.edit(workspaceId, id, { assignee: "nobody" }),
        work.editTask(by, id, identity, { questionnaires: ["kyc", "nothing"] }),
      ]
      const codes = yield* Effect.forEach(attempts, (one) =>
        Effect.map(Effect.flip(one), (error) => (error._tag === "WorkRefused" ? error.code : error._tag)),
      )
      assert.deepStrictEqual(codes, [
        "stage-unknown",
        "stage-unknown",
        "assignee-unknown",
        "assignee-unknown",
        "questionnaire-unknown",
      ])
      assert.strictEqual((yield* work.get(workspaceId, id)).assignee, member)
      yield* work.edit(workspaceId, id, { stage: 3 })
      assert.strictEqual((yield* work.edit(workspaceId, id, { stages: ["One", "Two"] })).stage, 1)
    }),
  )

  it.effect(
    "P2: where it is administrators' to say what tasks ask for, other members change everything else of them",
    () =>
      Effect.gen(function* () {
        const { work, workspaceId, by, id, identity } = yield* firm
        const member: Member = { ...by, role: "member" }
        assert.strictEqual(yield* work.offering(workspaceId), "members")
        yield* work.editTask(member, id, identity, { questionnaires: ["other", "kyc"] })
        yield* work.setOffering(by, "admins")
        const codes = yield* Effect.forEach(
          [
            work.editTask(member, id, identity, { questionnaires: ["kyc"] }),
            work.editTask(member, id, identity, { questionnaires: ["kyc", "kyc"] }),
            work.editTask(member, id, identity, { title: "Mine", questionnaires: [] }),
            work.addTask(member, id, yield* Crypto.uuid, { title: "New", questionnaires: ["kyc"] }),
          ],
          (one) => Effect.map(Effect.flip(one), (error) => (error._tag === "WorkRefused" ? error.code : error._tag)),
        )
        assert.deepStrictEqual(
          codes,
          Array.from({ length: 4 }, () => "offering-by-admins"),
        )
        const mine = yield* work.editTask(member, id, identity, {
          title: "Mine",
          questionnaires: ["kyc", "other"],
          done: true,
        })
        assert.deepInclude(mine, { title: "Mine", questionnaires: ["kyc", "other"], status: "Done" })
        yield* work.addTask(member, id, yield* Crypto.uuid, { title: "New", questionnaires: [] })
        assert.deepStrictEqual((yield* work.editTask(by, id, identity, { questionnaires: ["kyc"] })).questionnaires, [
          "kyc",
        ])
        assert.strictEqual((yield* work.overview(workspaceId, id)).tasks.length, 3)
      }),
  )

  it.effect("the same id makes one work item, and one task, however often it is made", () =>
    Effect.gen(function* () {
      const { work, workspaceId, by, id, identity } = yield* firm
      assert.strictEqual((yield* work.create(workspaceId, id, { title: "Again" })).title, "Onboarding")
      yield* work.addTask(by, id, identity, { title: "Again", questionnaires: [] })
      assert.deepStrictEqual(
        (yield* work.overview(workspaceId, id)).tasks.map(({ title, status }) => [title, status]),
        [
          ["Identity check", "Open"],
          ["Proof of address", "Open"],
        ],
      )
    }),
  )

  it.effect(
    "P2 P3 P5: a task asks for what it was configured to offer; of several one is picked, the last one counts",
    () =>
      Effect.gen(function* () {
        const { work, workspaceId, by, id, identity, address } = yield* firm
        const unpicked = yield* Effect.flip(work.addToBasket(workspaceId, id, identity))
        assert.deepInclude(unpicked, { _tag: "WorkRefused", code: "pick-one", about: ["kyc", "other"] })
        const foreign = yield* Effect.flip(work.addToBasket(workspaceId, id, address, "kyc"))
        assert.deepInclude(foreign, { code: "not-offered", about: ["kyc"] })
        yield* work.addToBasket(workspaceId, id, identity, "other")
        yield* work.addToBasket(workspaceId, id, address)
        yield* work.addToBasket(workspaceId, id, identity, "kyc")
        assert.deepStrictEqual(yield* work.basket(workspaceId, id), [
          { task: identity, title: "Identity check", questionnaire: "kyc" },
          { task: address, title: "Proof of address", questionnaire: "utility" },
        ])
        // what it no longer offers is not asked for either
        yield* work.editTask(by, id, identity, { questionnaires: ["other"] })
        assert.deepStrictEqual(
          (yield* work.basket(workspaceId, id)).map(({ task }) => task),
          [address],
        )
        yield* work.editTask(by, id, identity, { questionnaires: [] })
        assert.deepInclude(yield* Effect.flip(work.addToBasket(workspaceId, id, identity)), { code: "not-offered" })
      }),
  )

  it.effect(
    "P6 P8 P9 P21: what is left in the basket is asked as one, a section for each, and nothing is lost by looking",
    () =>
      Effect.gen(function* () {
        const { work, workspaceId, id, identity, address } = yield* firm
        const options = { language: "en", title: "What we need" }
        assert.deepInclude(yield* Effect.flip(work.combine(workspaceId, id, options)), { code: "basket-empty" })
        yield* work.addToBasket(workspaceId, id, identity, "kyc")
        yield* work.addToBasket(workspaceId, id, address)
        const both = yield* work.combine(workspaceId, id, options)
        assert.deepStrictEqual(both.tasks, [
          { task: identity, sections: ["about"] },
          { task: address, sections: ["proofOfAddressAbout"] },
        ])
        assert.deepStrictEqual(
          both.questionnaire.sections.map(({ title }) => title),
          ["About kyc", "About utility"],
        )
        // the same basket is the same questionnaire, so it can be stored again and again
        assert.strictEqual((yield* work.combine(workspaceId, id, options)).source, both.source)
        const { stored } = yield* (yield* Questionnaires).add(workspaceId, both.source, { listed: false })
        assert.strictEqual(stored.ref.id, both.questionnaire.id)
        assert.deepStrictEqual(yield* work.partOf(workspaceId, both.questionnaire.id, address), {
          questionnaire: "utility",
          version: 1,
          names: { about: "proofOfAddressAbout", name: "proofOfAddressName" },
        })
        yield* work.removeFromBasket(workspaceId, id, address)
        const one = yield* work.combine(workspaceId, id, options)
        assert.strictEqual(one.source, asking("kyc", "name", "born"))
        assert.deepStrictEqual(one.tasks, [{ task: identity, sections: ["about"] }])
        assert.isNotNull(Questionnaire.check(one.source).questionnaire)
        yield* work.clearBasket(workspaceId, id)
        assert.deepStrictEqual(yield* work.basket(workspaceId, id), [])
      }),
  )

  it.effect("K16 C2 C3 C11: contacts stand in the work in a role, with what is needed to reach them", () =>
    Effect.gen(function* () {
      const { work, workspaceId, id } = yield* firm
      const people = yield* Contacts
      const [astrid, gus] = [yield* Crypto.uuid, yield* Crypto.uuid]
      const details = { email: "a@x.example", mobile: "+46701234567", language: "sv", timeZone: null }
      yield* people.create(workspaceId, astrid, { name: "Astrid", ...details })
      yield* people.create(workspaceId, gus, { name: "Gus", ...details, mobile: "" })
      yield* work.setRole(workspaceId, id, gus, "Guarantor")
      yield* work.setRole(workspaceId, id, astrid, "Applicant")
      yield* work.setRole(workspaceId, id, astrid, "Primary Applicant")
      const rolesNow = Effect.map(work.rolesOf(workspaceId, id), (all) =>
        all.map(({ name, email, mobile, role }) => [name, email, mobile, role]),
      )
      assert.deepStrictEqual(yield* rolesNow, [
        ["Astrid", "a@x.example", "+46701234567", "Primary Applicant"],
        ["Gus", "a@x.example", "", "Guarantor"],
      ])
      yield* people.remove(workspaceId, gus)
      assert.strictEqual((yield* rolesNow).length, 1)
      assert.deepInclude(yield* Effect.flip(work.setRole(workspaceId, id, gus, "Referee")), { what: "contact" })
      yield* people.restore(workspaceId, gus)
      assert.strictEqual((yield* rolesNow)[1]?.[3], "Guarantor")
      yield* work.removeContact(workspaceId, id, gus)
      assert.strictEqual((yield* rolesNow).length, 1)
    }),
  )

  it.effect("another firm's work, tasks, contacts and baskets are not there", () =>
    Effect.gen(function* () {
      const ours = yield* firm
      const theirs = yield* firm
      const people = yield* Contacts
      const { work } = ours
      const theirContact = yield* Crypto.uuid
      yield* people.create(theirs.workspaceId, theirContact, {
        name: "Theirs",
        email: "",
        mobile: "",
        language: "en",
        timeZone: null,
      })
      const [us, they] = [ours.workspaceId, theirs]
      const attempts: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
        work.get(us, they.id),
        work.overview(us, they.id),
        work.create(us, they.id, { title: "Taken" }),
        work.edit(us, they.id, { title: "Ours now" }),
        work.mark(us, they.id, true),
        work.task(us, they.id, they.identity),
        work.task(us, ours.id, they.identity),
        work.addTask(ours.by, they.id, theirContact, { title: "x", questionnaires: [] }),
        work.addTask(ours.by, ours.id, they.identity, { title: "x", questionnaires: [] }),
        work.editTask(ours.by, ours.id, they.identity, { done: true }),
        work.rolesOf(us, they.id),
        work.setRole(us, ours.id, theirContact, "x"),
        work.setRole(us, they.id, theirContact, "x"),
        work.removeContact(us, they.id, theirContact),
        work.basket(us, they.id),
        work.addToBasket(us, ours.id, they.identity, "kyc"),
        work.removeFromBasket(us, they.id, they.identity),
        work.clearBasket(us, they.id),
        work.combine(us, they.id, { language: "en", title: "x" }),
        people.get(us, theirContact),
        people.create(us, theirContact, { name: "x", email: "", mobile: "", language: "en", timeZone: null }),
        people.edit(us, theirContact, { name: "x" }),
        people.remove(us, theirContact),
        people.restore(us, theirContact),
      ]
      const tags = yield* Effect.forEach(attempts, (one) => Effect.map(Effect.flip(one), ({ _tag }) => _tag))
      assert.sameMembers([...new Set(tags)], ["WorkNotFound", "ContactNotFound"])
      assert.strictEqual((yield* work.get(they.workspaceId, they.id)).title, "Onboarding")
      assert.strictEqual((yield* people.get(they.workspaceId, theirContact)).name, "Theirs")
      assert.strictEqual((yield* people.list(us)).length, 0)
      assert.strictEqual((yield* work.list(us, { limit: 10, offset: 0 })).total, 1)
    }),
  )
})
