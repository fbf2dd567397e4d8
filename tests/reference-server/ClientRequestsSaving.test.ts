// How answers are kept: nothing before the end, at once, or on one record that several people write.
import { assert, layer } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Drafts from "../../reference-server/src/ClientRequests/Drafts.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import * as Given from "../../reference-server/src/DataKeys/Given.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"

const uuid = TestFirm.uuid
const quarter = 900_000

const refused = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), (error) =>
    error instanceof ClientRequest.Refusal ? error.reasons.map(({ code }) => code) : [String(error)],
  )

const rowsOf = (table: string, id: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return (yield* sql`SELECT 1 FROM ${sql(table)} WHERE request_id = ${id}`).length
  })

/** One record for two people, with the second factor left out: getting in is not what is tested here. */
const shared = Effect.gen(function* () {
  const { member, stored, address } = yield* TestFirm.firm
  const person = (id: string) =>
    TestFirm.recipient(`${id}.${address}`, { id, name: id, mobile: "+46701234567", role: "Applicant" })
  const policy: RequestPolicy.RequestPolicy = { ...RequestPolicy.customerCentre, secondFactor: "none" }
  const changes = { recipients: [person("eva"), person("bo")], workItem: yield* uuid }
  const request = yield* TestFirm.sendRequest(member, stored.ref, changes, policy)
  const [eva, bo] = [
    yield* TestFirm.customerOf(request, { recipient: "eva" }),
    yield* TestFirm.customerOf(request, { recipient: "bo" }),
  ]
  return { member, request, eva, bo, address }
})

layer(TestFirm.layer, { excludeTestServices: true, timeout: "180 seconds" })("saving", (it) => {
  it.effect("L06 L05 L07 P24 P26: nothing is kept before Finish, and Finish takes all or nothing", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored, address } = yield* TestFirm.firm
      const to = { recipients: [TestFirm.recipient(address)] }
      const sent = yield* TestFirm.sendRequest(member, stored.ref, to, RequestPolicy.passfort)
      const customer = yield* TestFirm.customerOf(sent)
      const save = requests.save(customer, { revision: 1, answers: { name: "Carl" } }, yield* uuid)
      assert.deepStrictEqual(yield* refused(save), ["saving-not-allowed"])
      const file = { id: yield* uuid, name: "p.pdf", bytes: 1, type: "application/pdf", sha256: "0".repeat(64) }
      const finish = (answers: Record<string, unknown>, id: string, revision = 1) =>
        requests.finish(customer, { revision, answers, files: [{ question: "passport", file }] }, id)
      assert.deepStrictEqual(yield* refused(finish({ mail: "carl@customer.example" }, yield* uuid)), ["incomplete"])
      assert.include(yield* refused(finish({ name: "Carl" }, yield* uuid, 0)), "stale-revision")
      const impossible = yield* Effect.flip(finish({ name: "Carl", stranger: 1 }, yield* uuid))
      assert.strictEqual(impossible._tag, "AnswersRefused")
      assert.deepStrictEqual([yield* rowsOf("answers", sent.id), yield* rowsOf("submissions", sent.id)], [0, 0])
      assert.deepStrictEqual((yield* requests.current(customer)).answers, { passport: [] })

      const id = yield* uuid
      const ends = yield* Effect.all([finish({ name: "Carl" }, id), finish({ name: "Carl" }, id)], { concurrency: 2 })
      assert.deepStrictEqual(
        ends.map(({ state }) => state),
        ["Submitted", "Submitted"],
      )
      assert.deepStrictEqual([yield* rowsOf("answers", sent.id), yield* rowsOf("submissions", sent.id)], [0, 1])
      const { current, history } = yield* requests.overview(member.workspaceId, sent.id)
      assert.deepStrictEqual(current.answers, { name: "Carl", passport: [file] })
      assert.deepStrictEqual(history.map(({ type }) => type).slice(2), ["FileAttached", "RequestSubmitted"])
    }),
  )

  it.effect("a save that arrives twice, or after a later one, writes nothing again", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { member, stored } = yield* TestFirm.firm
      const customer = yield* TestFirm.customerOf(yield* TestFirm.sendRequest(member, stored.ref))
      const [one, two] = [yield* uuid, yield* uuid]
      const save = (name: string, id: string) => requests.save(customer, { revision: 1, answers: { name } }, id)
      yield* save("begun", yield* uuid)
      yield* save("first", one)
      yield* save("second", two)
      yield* save("first", one)
      assert.strictEqual((yield* requests.current(customer)).answers["name"], "second")
    }),
  )

  it.effect("I10 L05: twenty saves at once over a draft are each kept, none over another", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const drafts = yield* Drafts.make
      const { member, stored } = yield* TestFirm.firm
      const request = yield* TestFirm.sendRequest(member, stored.ref)
      const customer = yield* TestFirm.customerOf(request)
      const save = (n: number) =>
        Effect.flatMap(uuid, (id) =>
          Effect.as(requests.save(customer, { revision: 1, answers: { name: `Carl ${n}` } }, id), id),
        )
      // makes the draft, and starts the request: the others change nothing else
      const first = yield* save(0)
      const others = yield* Effect.forEach(Array.from({ length: 20 }).keys(), (n) => save(n + 1), {
        concurrency: "unbounded",
      })
      const draft = yield* drafts.draft(member.workspaceId, request.id, null)
      assert.deepStrictEqual(draft?.saves.toSorted(), [first, ...others].toSorted())
    }),
  )

  it.effect(
    "I10 L05: a draft is written over what was read only where neither it nor its request was written since",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const drafts = yield* Drafts.make
        const { member, stored } = yield* TestFirm.firm
        const { workspaceId } = member
        const request = yield* TestFirm.sendRequest(member, stored.ref)
        const { id } = request
        const customer = yield* TestFirm.customerOf(request)
        const save = Effect.flatMap(uuid, (one) =>
          requests.save(customer, { revision: 1, answers: { name: "Carl" } }, one),
        )
        const look = Effect.flatMap(uuid, (one) => drafts.standing(workspaceId, id, one))
        assert.isNull(yield* look)
        yield* save
        const isWritten = Effect.fnUntraced(function* (seen: Effect.Success<typeof look>) {
          if (seen === null) return yield* Effect.die(new Error("there is a draft"))
          return yield* drafts.rewriteDraft(workspaceId, id, { ...seen.draft, answers: { name: "Eve" } }, seen.versions)
        })
        const early = yield* look
        assert.isTrue(yield* isWritten(early))
        assert.isFalse(yield* isWritten(early))
        const before = yield* look
        yield* requests.cancel(member, id, "No longer needed.", yield* uuid)
        assert.isFalse(yield* isWritten(before))
      }),
  )

  it.effect(
    "I10 S43: drafts that are written together are each written, or left alone, by what was read of their own",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const drafts = yield* Drafts.make
        const { member, stored } = yield* TestFirm.firm
        const { workspaceId } = member
        const ids = yield* Effect.forEach(
          ["one", "two", "three"],
          Effect.fnUntraced(function* (name) {
            const request = yield* TestFirm.sendRequest(member, stored.ref)
            const customer = yield* TestFirm.customerOf(request)
            yield* requests.save(customer, { revision: 1, answers: { name } }, yield* uuid)
            return request.id
          }),
        )
        const [one = "", two = "", three = ""] = ids
        const looks = Effect.fnUntraced(function* (asked: ReadonlyArray<string>) {
          const command = yield* uuid
          return yield* Effect.forEach(asked, (id) => drafts.standing(workspaceId, id, command), {
            concurrency: "unbounded",
          })
        })
        const names = Effect.map(looks(ids), (all) => all.map((seen) => seen?.draft.answers["name"]))
        const seen = yield* looks([one, two, two, three, yield* uuid])
        assert.deepStrictEqual(
          seen.map((one) => one?.request.id),
          [one, two, two, three, undefined],
        )
        // of the third, nothing holds any more
        yield* requests.cancel(member, three, "No longer needed.", yield* uuid)
        const written = yield* Effect.forEach(
          seen.flatMap((each, n) => (each === null ? [] : [{ ...each, n }])),
          ({ request, draft, versions, n }) =>
            drafts.rewriteDraft(workspaceId, request.id, { ...draft, answers: { name: `written ${n}` } }, versions),
          { concurrency: "unbounded" },
        )
        const [first, second, again, late] = written
        assert.deepStrictEqual([first, second !== again, late], [true, true, false])
        assert.deepStrictEqual(yield* names, ["written 0", second === true ? "written 1" : "written 2", "three"])
      }),
  )

  it.effect("L32 C4: two people change one field: the second is told both values, and nothing is overwritten", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const sql = yield* SqlClient.SqlClient
      const { member, request, eva, bo } = yield* shared
      const save = (who: typeof eva, answers: Record<string, unknown>, seen: Record<string, number>, id: string) =>
        requests.save(who, { revision: 1, answers, seen }, id)

      const first = yield* save(eva, { name: "Eva" }, {}, yield* uuid)
      assert.deepStrictEqual(first.conflicts, [])
      assert.deepStrictEqual(first.current, yield* requests.current(eva), "what was saved is what is kept")
      const command = yield* uuid
      const late = save(bo, { name: "Bo", mail: "bo@customer.example" }, {}, command)
      const { conflicts } = yield* late
      const { at = 0 } = conflicts[0] ?? {}
      assert.deepStrictEqual(conflicts, [{ question: "name", mine: "Bo", theirs: "Eva", by: "eva", at }])
      assert.deepStrictEqual((yield* late).conflicts, conflicts, "the same command again: the same answer")
      const { answers, versions } = yield* requests.current(eva)
      assert.deepStrictEqual([answers["name"], answers["mail"]], ["Eva", "bo@customer.example"])
      assert.deepStrictEqual([versions["name"]?.n, versions["mail"]?.n], [1, 1])

      // the audit has which questions, and beside it both values are kept
      const { history } = yield* requests.overview(member.workspaceId, request.id)
      const told = history.flatMap(({ event }) => (event?.type === "AnswersSaved" ? [event] : []))
      assert.deepStrictEqual(
        told.map(({ questions, conflicts }) => [questions, conflicts]),
        [
          [["name"], []],
          [["mail"], ["name"]],
        ],
      )
      const rows = yield* sql<Given.Columns & Omit<Drafts.Change, "value" | "linkId">>`
        SELECT question, version, value AS clear, sealed, kept, recipient FROM answer_changes
        WHERE request_id = ${request.id} ORDER BY id`
      const given = yield* Given.make
      const changes = yield* Effect.forEach(rows, ({ clear, sealed, ...row }) =>
        given
          .open(member.workspaceId, Given.places.change(request.id, row.question, row.version), { clear, sealed })
          .pipe(Effect.map((value) => ({ ...row, value }))),
      )
      assert.deepStrictEqual(changes, [
        { question: "name", version: 1, value: "Eva", kept: true, recipient: "eva" },
        { question: "name", version: 1, value: "Bo", kept: false, recipient: "bo" },
        { question: "mail", version: 1, value: "bo@customer.example", kept: true, recipient: "bo" },
      ])

      // having seen hers, he may write his; and the same value is no conflict
      assert.deepStrictEqual((yield* save(bo, { name: "Bo" }, { name: 1 }, yield* uuid)).conflicts, [])
      assert.deepStrictEqual((yield* save(eva, { name: "Bo" }, { name: 1 }, yield* uuid)).conflicts, [])
      assert.strictEqual((yield* requests.current(eva)).versions["name"]?.n, 2)
      const taken = yield* save(eva, { name: null }, { name: 1 }, yield* uuid)
      assert.deepStrictEqual([taken.conflicts[0]?.mine, taken.conflicts[0]?.theirs], [null, "Bo"])
    }),
  )

  it.effect("L32: twenty at once write a field that all saw empty: one wins, nineteen are told", () =>
    Effect.gen(function* () {
      const requests = yield* ClientRequests
      const { eva, bo } = yield* shared
      const results = yield* Effect.forEach(
        Array.from({ length: 20 }).keys(),
        (n) =>
          Effect.flatMap(uuid, (id) =>
            requests.save(n % 2 === 0 ? eva : bo, { revision: 1, answers: { name: `Number ${n}` } }, id),
          ),
        { concurrency: "unbounded" },
      )
      assert.strictEqual(results.filter(({ conflicts }) => conflicts.length === 0).length, 1)
      const { answers } = yield* requests.current(eva)
      for (const { conflicts } of results) {
        for (const { theirs } of conflicts) assert.strictEqual(theirs, answers["name"])
      }
    }),
  )

  it.effect(
    "L33 C5 S8: a new invitation to one of two: their old link and session are dead at once, the other's live",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const access = yield* CustomerAccess
        const { member, request, address } = yield* shared
        const [toEva, toBo] = [yield* TestFirm.mailTo(`eva.${address}`), yield* TestFirm.mailTo(`bo.${address}`)]
        const session = yield* TestFirm.claim(toEva)
        yield* requests.resend(member, request.id, yield* uuid, ["eva"])
        assert.strictEqual((yield* Effect.flip(access.arrive(TestFirm.tokenIn(toEva), null)))._tag, "LinkDead")
        assert.strictEqual((yield* Effect.flip(access.enter(session.handle, session.secret)))._tag, "LinkDead")
        yield* access.arrive(TestFirm.tokenIn(toBo), null)
        yield* access.arrive(TestFirm.tokenIn(yield* TestFirm.mailTo(`eva.${address}`, 2)), null)
        assert.strictEqual(TestFirm.post.mails.filter(({ to }) => to.address === `bo.${address}`).length, 1)
      }),
  )

  it.effect(
    "L36 F2 F9 M31: three files in two visits: the firm is told of each once, of an endless one within the hour",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { member, stored } = yield* TestFirm.firm
        const nobody = { recipients: [TestFirm.recipient("", { id: "anyone", name: "" })] }
        const sent = yield* TestFirm.sendRequest(member, stored.ref, nobody, RequestPolicy.fileRequest)
        const customer = yield* TestFirm.customerOf(sent)
        // across the end of a quarter of an hour by the clock: it is the visit that counts
        const first = (Math.floor(Date.now() / quarter) + 2) * quarter - 5000
        const attach = Effect.flatMap(uuid, (id) => {
          const file = { id, name: "p.pdf", bytes: 1, type: "application/pdf", sha256: "0".repeat(64) }
          return requests.attachFile(customer, { revision: 1, question: "passport", file, limit: 10 }, id)
        })
        yield* TestFirm.at(first)(attach)
        yield* TestFirm.at(first + quarter - 1000)(attach)
        const told = Effect.sync(() => TestFirm.post.mails.filter(({ to }) => to.address === member.email))
        yield* TestFirm.at(first + 2 * quarter - 1001)(requests.sweep)
        assert.deepStrictEqual(yield* told, [])
        // one that comes when the notice leaves is told of in the next
        yield* TestFirm.at(first + 2 * quarter - 1000)(Effect.andThen(requests.sweep, attach))
        assert.match((yield* TestFirm.mailTo(member.email)).subject, /^2 files came in/)
        yield* TestFirm.at(first + 3 * quarter - 1000)(requests.sweep)
        assert.match((yield* TestFirm.mailTo(member.email, 2)).subject, /^1 file came in/)
        // who goes on and on is told of within the hour
        const long = first + 5 * quarter
        for (let minute = 0; minute < 60; minute += 14) yield* TestFirm.at(long + minute * 60_000)(attach)
        yield* TestFirm.at(long + 4 * quarter - 1)(requests.sweep)
        assert.strictEqual((yield* told).length, 2)
        yield* TestFirm.at(long + 4 * quarter)(requests.sweep)
        assert.match((yield* TestFirm.mailTo(member.email, 3)).subject, /^5 files came in/)

        const { current, mails } = yield* requests.overview(member.workspaceId, sent.id)
        assert.deepStrictEqual([current.request.state, current.request.files.length], ["WaitingForCustomer", 8])
        assert.deepStrictEqual(
          mails.map(({ kind }) => kind),
          ["upload-notice", "upload-notice", "upload-notice"],
        )
      }),
  )
})
