/** What firm and customer say to one another, and who else should answer: comments, delegation, "this is not for me". */
import { assert, describe, it } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Decider from "../../support/Decider.ts"
import { after, bo, commands, created, day, given, hours, sent } from "../../support/Decider.ts"

const { standard, taxdome, karbon, customerCentre, fileRequest } = RequestPolicy
const cy = { ...bo, id: "cy", name: "Cy Lund", email: "cy@client.example" }
const asked = [created(standard), sent(day(1))]
const free = [created(taxdome), sent(day(1))]
const quarter = 900_000

const happened = (history: ReadonlyArray<ClientRequest.Event>, command: ClientRequest.Command) => {
  const decision = ClientRequest.decide(command, after(...history))
  return Result.isSuccess(decision) ? [...history, ...decision.success] : assert.fail(JSON.stringify(decision.failure))
}

describe("comments", () => {
  it("K47: both sides say something of an item or of all of it, as long as it is asked", () => {
    const said = happened(happened(asked, commands.Comment(day(2))), commands.Reply(day(3), { item: null }))
    assert.deepStrictEqual(after(...said).comments, { customer: 1, firm: 1, at: day(3) })
    given(...said)
      .when(commands.Comment(day(3), { item: "garage" }))
      .thenRefused("item-unknown")
    for (const [over, reason] of [
      [Decider.submitted(day(4)), "wrong-state"],
      [Decider.cancelled(day(4)), "wrong-state"],
      [Decider.expired(day(31)), "expired"],
    ] as const) {
      given(...said, over)
        .when(commands.Comment(day(32)))
        .thenRefused(reason)
      given(...said, over)
        .when(commands.Reply(day(32)))
        .thenRefused("wrong-state")
    }
    given(...happened([...asked, Decider.started(day(2))], commands.WaiveItem(day(2), "income")))
      .when(commands.Comment(day(3)))
      .thenRefused("item-closed")
  })
  it("S66: only text is said: nothing empty, endless, or that turns the line around", () => {
    for (const text of ["", " \n ", "a".repeat(2001), "a\u0000b", "a\u001b[2J", "a\u202eb"]) {
      for (const command of [commands.Comment(day(2), { text }), commands.Reply(day(2), { text })]) {
        given(...asked)
          .when(command)
          .thenRefused("comment-invalid")
      }
    }
    happened(asked, commands.Comment(day(2), { text: "<script>\n\tשלום 👩‍💻" }))
  })
  it("I2: an old link, or another device, says nothing", () => {
    given(...asked)
      .when(commands.Comment(day(2), { generation: 0 }))
      .thenRefused("link-replaced")
    const onPhone = [created(karbon), sent(day(1)), Decider.claimed(day(2), { fixed: true })]
    given(...onPhone)
      .when(commands.Comment(day(2), { device: "laptop" }))
      .thenRefused("other-device")
  })
  it("C4: on a shared record all read it; otherwise whoever takes another's place reads nothing from before", () => {
    const shared = [
      created(customerCentre, { recipients: [Decider.eva, bo] }),
      sent(day(1), { recipients: ["eva", "bo"] }),
    ]
    const [own] = happened(asked, commands.Comment(day(2))).slice(-1)
    const [common] = happened(shared, commands.Comment(day(2))).slice(-1)
    if (own?.type !== "CommentAdded" || common?.type !== "CommentAdded") return assert.fail("not said")
    assert.deepStrictEqual([own.recipient, common.recipient], ["eva", null])
    assert.isTrue(ClientRequest.isReadBy(common, "bo"))
    assert.isFalse(ClientRequest.isReadBy(own, "bo"))
    // the firm's word goes to all of them, a customer's to the firm and the others
    const to = (event: ClientRequest.Event) =>
      ClientRequest.deliveries(event, after(...shared, event)).map((one) =>
        "recipient" in one ? `${one.kind} ${one.recipient}` : one.kind,
      )
    assert.deepStrictEqual(to(common), ["comments-notice", "comments bo"])
    const [reply] = happened(shared, commands.Reply(day(2))).slice(-1)
    if (reply === undefined) return assert.fail("not said")
    assert.deepStrictEqual(to(reply), ["comments eva", "comments bo"])
  })
  it("M31: what is said within a quarter of an hour is one mail to each side", () => {
    const keys = [day(2), day(2) + quarter - 1, day(2) + quarter].map((at) => {
      const story = happened(asked, commands.Reply(at))
      const last = story.at(-1)
      return last === undefined
        ? []
        : ClientRequest.deliveries(last, after(...story)).map((one) => ClientRequest.deliveryKey("A", one))
    })
    assert.deepStrictEqual(keys[0], keys[1])
    assert.notDeepEqual(keys[0], keys[2])
  })
  it("F10: nothing is said to whoever has the link of a file request", () => {
    given(created(fileRequest), sent(day(1)))
      .when(commands.Comment(day(2), { item: null }))
      .thenRefused("comment-not-allowed")
  })
})

describe("someone else should answer this", () => {
  it("T5: taxdome: at once: they take over, by a link of their own; the one from before is dead", () => {
    const passed = happened(free, commands.Delegate(day(2)))
    const state = after(...passed)
    assert.deepStrictEqual(
      state.details.recipients.map(({ id }) => id),
      ["cy"],
    )
    given(...passed)
      .when(commands.Save(day(2)))
      .thenRefused("link-replaced")
    happened(passed, commands.Save(day(2), { recipient: "cy" }))
    const last = passed.at(-1)
    if (last === undefined) return assert.fail("nothing happened")
    assert.deepStrictEqual(
      ClientRequest.deliveries(last, state).map(({ kind }) => kind),
      ["delegated", "delegated-notice"],
    )
    // reminders go to whoever answers now
    assert.isTrue(ClientRequest.reminderInput(state).sentAt !== null)
  })
  it("C4: on a shared record they join, and nobody's link dies", () => {
    const policy = {
      ...customerCentre,
      requires: ["name", "email"] as const,
      roles: null,
      secondFactor: "none" as const,
    }
    const open = [created({ ...policy, customerMayDelegate: "yes" }), sent(day(1))]
    const passed = happened(open, commands.Delegate(day(2)))
    assert.deepStrictEqual(
      after(...passed).details.recipients.map(({ id }) => id),
      ["eva", "cy"],
    )
    for (const recipient of ["eva", "cy"]) {
      happened(passed, commands.Save(day(2), { recipient }))
    }
  })
  it("the firm is asked where the policy says so, and nobody gets anything until it agrees", () => {
    const wished = happened(asked, commands.Delegate(day(2)))
    const state = after(...wished)
    assert.strictEqual(state.proposal?.to.email, cy.email)
    assert.deepStrictEqual(state.details.recipients, after(...asked).details.recipients)
    given(...wished)
      .when(commands.Delegate(day(3), { to: { ...cy, id: "di", email: "di@client.example" } }))
      .thenRefused("delegation-waits")
    given(...wished)
      .when(commands.AcceptDelegation(day(3), { proposal: "p0" }))
      .thenRefused("delegation-unknown")
    const agreed = after(...happened(wished, commands.AcceptDelegation(day(3))))
    assert.deepStrictEqual([agreed.details.recipients[0]?.id, agreed.proposal], ["cy", null])
    const refused = after(...happened(wished, commands.RefuseDelegation(day(3))))
    assert.deepStrictEqual([refused.details.recipients[0]?.id, refused.proposal], ["eva", null])
    assert.strictEqual(refused.comments?.firm, 1)
  })
  it("K16: karbon: whoever is no contact cannot be asked, until the firm makes them one", () => {
    const wished = happened([created(karbon), sent(day(1))], commands.Delegate(day(2)))
    given(...wished)
      .when(commands.AcceptDelegation(day(3)))
      .thenRefused("recipient-not-a-contact")
    happened(wished, commands.AcceptDelegation(day(3), { contact: "contact-9" }))
  })
  it("T5 S42: what stands against the person is for the firm to hear: the customer's wish waits, and says nothing of it", () => {
    const forUsers = [
      created(taxdome, { portalOnly: true, recipients: [{ ...Decider.eva, contact: "c1" }] }),
      sent(day(1)),
    ]
    const bare = { ...cy, mobile: "", contact: null }
    for (const [story, to, suppressed, reason] of [
      [free, cy, true, "recipient-suppressed"],
      [asked, cy, true, "recipient-suppressed"],
      [forUsers, bare, false, "recipient-not-a-contact"],
    ] as const) {
      const wished = happened(story, commands.Delegate(day(2), { to, suppressed }))
      assert.strictEqual(wished.at(-1)?.type, "DelegationProposed", reason)
      given(...wished)
        .when(commands.AcceptDelegation(day(3), { suppressed }))
        .thenRefused(reason)
    }
    // the firm made them a contact
    const wished = happened(forUsers, commands.Delegate(day(2), { to: bare }))
    const last = happened(wished, commands.AcceptDelegation(day(3), { contact: "c2" })).at(-1)
    assert.strictEqual(last?.type, "RequestDelegated")
  })
  it("S42: nobody mails strangers by it: three a day, ten in all, one address once", () => {
    let story: ReadonlyArray<ClientRequest.Event> = free
    const tried = Array.from({ length: 1000 }, (_, index) => {
      const at = day(2) + index * 60_000
      const { recipients } = after(...story).details
      const before = recipients[0]?.id ?? ""
      const to = { ...cy, id: `to-${index}`, email: `victim${index}@elsewhere.example` }
      const generation = after(...story).families[before]?.generation ?? 0
      const decision = ClientRequest.decide(
        commands.Delegate(at, { recipient: before, generation, to }),
        after(...story),
      )
      if (Result.isSuccess(decision)) story = [...story, ...decision.success]
      return Result.isSuccess(decision)
    })
    assert.strictEqual(tried.filter((done) => done).length, 3)
    given(...free)
      .when(commands.Delegate(day(2), { to: { ...cy, email: Decider.eva.email.toUpperCase() } }))
      .thenRefused("delegation-same")
    for (const name of ["", "x".repeat(81), "Win at www", "evil.example", "You won $5", "a\nb", "Cy <b>"]) {
      given(...free)
        .when(commands.Delegate(day(2), { to: { ...cy, name } }))
        .thenRefused("delegation-invalid")
    }
    for (const email of ["", "cy", "cy@client.example, di@client.example", "a b@client.example"]) {
      given(...free)
        .when(commands.Delegate(day(2), { to: { ...cy, email } }))
        .thenRefused("delegation-invalid")
    }
  })
  it("S78: the linter names what a free hand weakens", () => {
    const codes = (policy: RequestPolicy.RequestPolicy) => RequestPolicy.lint(policy).map(({ code }) => code)
    assert.notInclude(codes(standard).join(" "), "delegation")
    assert.include(codes({ ...standard, customerMayDelegate: "yes" }), "delegation-weakens-factor")
    assert.include(codes(taxdome), "delegation-unchecked")
    const never = RequestPolicy.lint({ ...karbon, customerMayDelegate: "yes" })
    assert.strictEqual(never.find(({ code }) => code === "delegation-to-nobody")?.severity, "error")
  })
})

describe("this is not for me", () => {
  it("their links die, no reminder and no other link goes to them, and the firm is told once", () => {
    const remind = { rule: { kind: "urgent" as const }, enabled: true }
    const open = [created(standard, { reminders: remind }), sent(day(1))]
    const back = happened(open, commands.Disown(day(2)))
    const state = after(...back)
    assert.deepStrictEqual(state.disowned, [{ recipient: "eva", reason: "I left that company.", at: day(2) }])
    assert.notStrictEqual(ClientRequest.nextReminder(state, day(2)).type, "at")
    given(...back)
      .when(commands.Claim(day(3)))
      .thenRefused("link-replaced")
    given(...back)
      .when(commands.RequestAccessLink(day(3)))
      .thenRefused("recipient-unknown")
    const last = back.at(-1)
    if (last === undefined) return assert.fail("nothing happened")
    assert.deepStrictEqual(ClientRequest.deliveries(last, state), [
      { kind: "disowned-notice", recipient: "eva", at: day(2) },
    ])
    const reminder = { kind: "reminder", recipient: "eva", sendNo: 1, count: 1 } as const
    assert.isNotNull(ClientRequest.dropReason(reminder, state, day(3) + hours(1)))
  })
  it("sent again, it is theirs again; the old link stays dead", () => {
    const again = happened(happened(asked, commands.Disown(day(2))), commands.Resend(day(3)))
    assert.deepStrictEqual(after(...again).disowned, [])
    given(...again)
      .when(commands.Save(day(4)))
      .thenRefused("link-replaced")
    const generation = after(...again).families["eva"]?.generation ?? 0
    happened(again, commands.Save(day(4), { generation }))
  })
  it("I9: erased, nothing of the words and names is left", () => {
    const story = happened(happened(free, commands.Delegate(day(2))), commands.Cancel(day(3)))
    const erased = after(...happened(story, commands.Erase(day(4))))
    assert.notInclude(JSON.stringify(erased), "Cy Lund")
    assert.notInclude(JSON.stringify(erased), "You have the figures")
  })
})
