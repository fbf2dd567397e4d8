// Contacts over a real database, as their service gives them.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Contact, Contacts } from "../../reference-server/src/Contacts.ts"
import * as contacts from "../../reference-server/src/Contacts/layer.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const services = contacts.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(TestDatabase.layer, TestDatabase.everyWorkspace, Crypto.layer(crypto))),
)

/** A firm of its own. */
const firm = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const id = yield* Crypto.uuid
  yield* sql`INSERT INTO workspaces ${sql.insert({ id, name: "Firm", accent: "#123456", language: "en", timeZone: "UTC", createdAt: new Date() })}`
  const people = yield* Contacts
  const make = (name: string, email = "") =>
    Effect.flatMap(Crypto.uuid, (contact) =>
      people.create(id, contact, { name, email, mobile: "", language: "sv", timeZone: null }),
    )
  return { id, people, make }
})

const names = (all: ReadonlyArray<Contact>) => all.map(({ name }) => name)

layer(services, { excludeTestServices: true, timeout: "180 seconds" })("contacts", (it) => {
  it.effect("C2: listed by name, found by a part of name or address, whatever is typed", () =>
    Effect.gen(function* () {
      const { id, people, make } = yield* firm
      yield* make("Zoë 100%", "zoe@x.example")
      yield* make("anna_b", "anna@y.example")
      assert.deepStrictEqual(names(yield* people.list(id)), ["anna_b", "Zoë 100%"])
      assert.deepStrictEqual(names(yield* people.list(id, { search: "X.EXAMPLE" })), ["Zoë 100%"])
      assert.deepStrictEqual(names(yield* people.list(id, { search: " 0% " })), ["Zoë 100%"])
      for (const search of ["a%b", "\u0000", "'; --", "\\"]) {
        assert.deepStrictEqual(names(yield* people.list(id, { search })), [], search)
      }
    }),
  )

  it.effect("K16: known by their address, in whatever case, when one contact of the firm and only one has it", () =>
    Effect.gen(function* () {
      const { id, people, make } = yield* firm
      const bo = yield* make("Bo", "Bo@x.example")
      yield* make("Nobody")
      const another = yield* firm
      assert.deepStrictEqual(yield* people.withEmail(id, " bo@X.EXAMPLE "), bo)
      for (const email of ["o@x.example", "bo%", "\u0000", ""]) assert.isNull(yield* people.withEmail(id, email), email)
      assert.isNull(yield* people.withEmail(another.id, "bo@x.example"))
      const twin = yield* make("Bo again", "bo@x.example")
      assert.isNull(yield* people.withEmail(id, "bo@x.example"))
      yield* people.remove(id, bo.id)
      assert.deepStrictEqual(yield* people.withEmail(id, "bo@x.example"), twin)
    }),
  )

  it.effect("K50: a deleted contact is listed no longer, is still known, and can be restored as it was", () =>
    Effect.gen(function* () {
      const { id, people, make } = yield* firm
      const made = yield* make("Bo")
      assert.isNumber((yield* people.remove(id, made.id)).deletedAt)
      assert.deepStrictEqual(names(yield* people.list(id)), [])
      assert.deepStrictEqual(names(yield* people.list(id, { deleted: true })), ["Bo"])
      assert.strictEqual((yield* people.get(id, made.id)).name, "Bo")
      assert.deepStrictEqual(yield* people.restore(id, made.id), made)
      assert.deepStrictEqual(names(yield* people.list(id)), ["Bo"])
    }),
  )

  it.effect("what is changed is only what is given; the same id makes one contact; what is no id is nobody", () =>
    Effect.gen(function* () {
      const { id, people, make } = yield* firm
      const made = yield* make("Bo", "bo@x.example")
      const details = { name: "Other", email: "", mobile: "", language: "en", timeZone: null }
      assert.deepStrictEqual(yield* people.create(id, made.id, details), made)
      assert.deepStrictEqual(yield* people.edit(id, made.id, {}), made)
      const zoned = yield* people.edit(id, made.id, { timeZone: "Europe/Madrid" })
      assert.deepStrictEqual(zoned, { ...made, timeZone: "Europe/Madrid" })
      for (const nobody of ["", "bo", "%", yield* Crypto.uuid]) {
        assert.strictEqual((yield* Effect.flip(people.get(id, nobody)))._tag, "ContactNotFound")
      }
    }),
  )
})
