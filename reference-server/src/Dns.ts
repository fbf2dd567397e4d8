/**
 * The port through which the server asks the domain name system. What a name does not have is an empty answer; only a
 * look-up that came to no answer at all (no network, a broken name server) fails, and tells nothing of the records.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as node from "./Dns/node.ts"

/** No answer: whether the record is there is not known. */
export class DnsUnavailable extends Schema.TaggedError<DnsUnavailable>()("DnsUnavailable", {
  name: Schema.String,
  /** The resolver's code, such as `ETIMEOUT` or `ESERVFAIL`. */
  code: Schema.String,
}) {
  override get message(): string {
    return `The name server gave no answer about ${this.name} (${this.code}).`
  }
}

export interface Resolver {
  /** The TXT records of a name, each with its pieces joined; asked when a domain is set up, and every night. */
  txt(name: string): Effect.Effect<ReadonlyArray<string>, DnsUnavailable>
  /** The hosts that take mail for a name, the preferred ones first. */
  mx(name: string): Effect.Effect<ReadonlyArray<string>, DnsUnavailable>
}

/** The resolver of this machine, unless a test gives another. */
export const Dns = Context.Reference<Resolver>("@requite/reference-server/Dns", {
  defaultValue: () => node.make((name, code) => new DnsUnavailable({ name, code })),
})
