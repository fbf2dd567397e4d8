/**
 * The lifecycle in sentences: given these events, when this command, then these events (or this refusal). The values
 * that a story needs but is not about (who, which questionnaire) have their usual form.
 */
import { assert } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Command } from "./Decider/commands.ts"
import type { Event } from "./Decider/events.ts"

export * from "./Decider/commands.ts"
export * from "./Decider/events.ts"

export const strictEvent = Schema.decodeUnknownSync(Schema.toCodecJson(ClientRequest.Event), {
  onExcessProperty: "error",
})

/** Deciding must change nothing: whatever it is given is frozen. */
export const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

/** The history that these commands make, one after the other; what is refused leaves no trace. */
export const told = (...story: ReadonlyArray<Command>): ReadonlyArray<Event> =>
  story.reduce<ReadonlyArray<Event>>(
    (history, command) => [
      ...history,
      ...Result.getOrElse(ClientRequest.decide(command, ClientRequest.replay(history)), () => []),
    ],
    [],
  )

/** The request after these events. */
export const after = (...history: ReadonlyArray<Event>): ClientRequest.State =>
  ClientRequest.replay(history) ?? assert.fail("no creation")

export const given = (...history: ReadonlyArray<Event>) => ({
  when: (command: Command) => {
    const before = frozen(ClientRequest.replay(frozen(history)))
    const decision = ClientRequest.decide(frozen(command), before)
    const events = (): ReadonlyArray<Event> =>
      Result.isSuccess(decision)
        ? decision.success
        : assert.fail(`refused: ${decision.failure.reasons.map(({ message }) => message).join(" ")}`)
    const refusal = () =>
      Result.isFailure(decision) ? decision.failure : assert.fail(`accepted: ${JSON.stringify(decision.success)}`)
    const sentence = {
      decision,
      /** Exactly these events, each of the shape that is stored. */
      thenEvents: (...expected: ReadonlyArray<Event>) => {
        assert.deepStrictEqual(events(), expected)
        for (const event of expected) assert.deepStrictEqual(strictEvent(JSON.parse(JSON.stringify(event))), event)
        return sentence
      },
      /** Events of exactly these types. */
      thenHappens: (...types: ReadonlyArray<Event["type"]>) => {
        assert.deepStrictEqual(
          events().map(({ type }) => type),
          types,
        )
        return sentence
      },
      /** Refused with exactly these reasons. */
      thenRefused: (...codes: ReadonlyArray<ClientRequest.Reason["code"]>) => {
        const { reasons, command: type, allowed } = refusal()
        assert.deepStrictEqual(
          reasons.map(({ code }) => code),
          codes,
        )
        assert.strictEqual(type, command.type)
        assert.isTrue(reasons.every(({ message }) => /^[A-Z].*[.]$/.test(message)))
        assert.strictEqual(new Set(allowed).size, allowed.length)
        return sentence
      },
      /** What the refusal names: requests, questions, files. */
      about: (...names: ReadonlyArray<string>) => {
        assert.deepStrictEqual(
          refusal().reasons.flatMap(({ about }) => about),
          names,
        )
        return sentence
      },
      /** Of the commands that would be taken instead, the refusal names these. */
      allowing: (...types: ReadonlyArray<Command["type"]>) => {
        assert.includeMembers([...refusal().allowed], [...types])
        return sentence
      },
      /** The state afterwards has these properties. */
      thenState: (expected: Partial<ClientRequest.State>) => {
        assert.deepInclude(ClientRequest.replay([...history, ...events()]), expected)
        return sentence
      },
    }
    return sentence
  },
})
