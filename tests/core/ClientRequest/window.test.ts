/** The window that a send begins: how long a request stays open, and what moves its end. */
import { describe, it } from "@effect/vitest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Decider from "../../support/Decider.ts"
import { commands, created, day, given, sent, started } from "../../support/Decider.ts"

const { standard, passfort, taxdome, karbon, customerCentre, fileRequest } = RequestPolicy
const fileRequestSent = sent(day(1), { expiresAt: null })

describe("the window", () => {
  it("P20, L09: open until 30 days after the e-mail, to the millisecond, and no longer", () => {
    for (const policy of [standard, passfort, karbon]) {
      for (const at of [day(31) - 1000, day(31) - 1]) {
        given(created(policy), sent(day(1)))
          .when(commands.Claim(at))
          .thenHappens("LinkClaimed")
      }
      given(created(policy), sent(day(1)))
        .when(commands.Claim(day(31)))
        .thenRefused("expired")
    }
  })
  it("C5: seven days for the customer centre, and only the firm can begin seven more", () => {
    const history = [created(customerCentre), sent(day(1), { expiresAt: day(8) })]
    given(...history)
      .when(commands.Claim(day(8) - 1))
      .thenHappens("LinkClaimed")
    given(...history)
      .when(commands.Claim(day(8)))
      .thenRefused("expired")
    given(...history)
      .when(commands.RequestAccessLink(day(8)))
      .thenRefused("access-link-not-allowed")
    given(...history)
      .when(commands.Resend(day(9)))
      .thenEvents(Decider.expired(day(9)), Decider.resent(day(9), 2, { expiresAt: day(16) }))
  })
  it("P29: under passfort an expired request is not sent again; a new one is", () => {
    given(created(passfort), sent(), Decider.expired(day(31)))
      .when(commands.Resend(day(32)))
      .thenRefused("resend-not-allowed")
    given(created(passfort))
      .when(commands.Send(day(32)))
      .thenState({ state: "WaitingForCustomer" })
  })
  it("K20: under standard it is, with a new window, and waits for the customer, noticed or not", () => {
    given(created(), sent(), Decider.expired(day(31)))
      .when(commands.Resend(day(40)))
      .thenEvents(Decider.resent(day(40), 2))
      .thenState({ state: "WaitingForCustomer", expiresAt: day(70), endedAt: null })
    given(created(), sent())
      .when(commands.Resend(day(40)))
      .thenEvents(Decider.expired(day(40)), Decider.resent(day(40), 2))
      .thenState({ state: "WaitingForCustomer", expiresAt: day(70), endedAt: null })
  })
  it("I4: sending again never shortens it, nor with the clock set back; the firm may, in so many words", () => {
    const long = sent(day(1), { expiresAt: day(90) })
    given(created(), long)
      .when(commands.Resend(day(2)))
      .thenEvents(Decider.resent(day(2), 2, { expiresAt: day(90) }))
    given(created(), long)
      .when(commands.Resend(day(0)))
      .thenEvents(Decider.resent(day(0), 2, { expiresAt: day(90) }))
    given(created(), long)
      .when(commands.ChangeWindow(day(2), 7))
      .thenEvents(Decider.windowChanged(day(2), 7, day(8)))
      .thenState({ expiresAt: day(8) })
  })
  it("T11: a request that never ends does not, sent again or not", () => {
    given(created(taxdome))
      .when(commands.Send(day(1)))
      .thenEvents(sent(day(1), { expiresAt: null }))
    given(created(fileRequest), fileRequestSent)
      .when(commands.Resend(day(5000)))
      .thenEvents(Decider.resent(day(5000), 2, { expiresAt: null, revokes: false, resetsCount: false }))
    given(created(fileRequest), fileRequestSent)
      .when(commands.Wake(day(5000)))
      .thenEvents()
  })
  it("L45: from 30 days to never on an expired request, sent again: it waits, and never ends", () => {
    const expired = [created(), sent(), started(), Decider.expired(day(31))]
    given(...expired)
      .when(commands.ChangeWindow(day(40), null))
      .thenEvents(Decider.windowChanged(day(40), null, day(31)))
      .thenState({ state: "Expired", expiresAt: day(31) })
    given(...expired, Decider.windowChanged(day(40), null, day(31)))
      .when(commands.Resend(day(41)))
      .thenEvents(Decider.resent(day(41), 2, { expiresAt: null }))
      .thenState({ state: "WaitingForCustomer", expiresAt: null })
  })
  it("L45: a window is counted in days that there are", () => {
    for (const days of [0, -1, 0.5, Number.NaN, 4000, Infinity]) {
      given(created(), sent())
        .when(commands.ChangeWindow(day(2), days))
        .thenRefused("window-invalid")
    }
    given(created(), sent())
      .when(commands.ChangeWindow(day(2), 30))
      .thenEvents()
  })
  it("X4: by the other clock it begins with the first claim, and until then nothing is over", () => {
    const policy = { ...standard, clock: "first-claim" as const }
    const unclaimed = [created(policy), sent(day(1), { expiresAt: null })]
    given(created(policy))
      .when(commands.Send(day(1)))
      .thenEvents(...unclaimed.slice(1))
    given(...unclaimed)
      .when(commands.Claim(day(9)))
      .thenEvents(Decider.claimed(day(9), { expiresAt: day(39) }))
    given(...unclaimed, Decider.claimed(day(9), { expiresAt: day(39) }))
      .when(commands.Claim(day(20)))
      .thenState({ expiresAt: day(39), claimedAt: day(9) })
    given(...unclaimed, Decider.claimed(day(9), { expiresAt: day(39) }))
      .when(commands.Resend(day(20)))
      .thenState({ expiresAt: day(50) })
  })
  it("L46: a request keeps the policy that it was created with", () => {
    const shortened = { ...standard, windowDays: 3, linkDays: 3 }
    given(created(standard), sent(day(1)))
      .when(commands.Resend(day(2)))
      .thenState({ policy: standard, expiresAt: day(32) })
    given(created(shortened))
      .when(commands.Send(day(1)))
      .thenState({ policy: shortened, expiresAt: day(4) })
  })
  it("I11: an unsent request never expires, and nothing is due by itself", () => {
    given(created())
      .when(commands.Wake(day(5000)))
      .thenEvents()
    given(created())
      .when(commands.Send(day(5000)))
      .thenState({ state: "Pending", expiresAt: day(5030) })
  })
})
