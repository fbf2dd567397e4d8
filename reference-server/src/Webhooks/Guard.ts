/**
 * Where webhooks may go (security.md S70). A member names the address, so the server must not become their hand inside its
 * own network: only https, no user or password, only ports that web servers have, and only names all of whose addresses are
 * public. A name is looked up once, and the connection is made to exactly the address that was judged (`Post`), at every
 * attempt again: a name that leads elsewhere the next moment (rebinding) gains nothing. What cannot be looked up is refused.
 *
 * Beside the public internet there are the networks that WEBHOOK_ALLOWED_NETWORKS names, and, where the server itself is
 * reached at this machine only, this machine, also by plain http: for development.
 */
import { lookup } from "node:dns/promises"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Config, isLoopback } from "../Config.ts"
import { IpNetwork, NetAddress } from "../platform/Http.ts"

/** An address that webhooks do not go to. `message` is a sentence for who chose it. */
export class Blocked extends Schema.TaggedError<Blocked>()("Blocked", {
  reason: Schema.Literals(["no-url", "scheme", "credentials", "port", "address", "unresolved"]),
  message: Schema.String,
}) {}

/** Looks names up. */
export class Resolver extends Context.Service<
  Resolver,
  {
    /** All addresses of a name, in the order of preference. */
    resolve(name: string): Effect.Effect<ReadonlyArray<string>, Blocked>
  }
>()("@requite/reference-server/Webhooks/Resolver") {}

/** As the machine looks names up. */
export const resolver = Layer.succeed(Resolver, {
  resolve: (name) =>
    Effect.tryPromise({
      try: () => lookup(name, { all: true }),
      catch: () => new Blocked({ reason: "unresolved", message: `${name} could not be looked up.` }),
    }).pipe(
      Effect.map((found) => found.map(({ address }) => address)),
      Effect.timeoutOrElse({
        duration: "5 seconds",
        orElse: () =>
          Effect.fail(new Blocked({ reason: "unresolved", message: `${name} could not be looked up in time.` })),
      }),
    ),
})

/** An address that was judged: connect to this one. */
export interface Target {
  readonly url: URL
  readonly address: string
  readonly family: 4 | 6
}

export class Guard extends Context.Service<
  Guard,
  {
    /** Judges an address, looking its name up now. */
    target(url: string): Effect.Effect<Target, Blocked>
  }
>()("@requite/reference-server/Webhooks/Guard") {}

const networks = (list: string) => list.trim().split(/\s+/).map(IpNetwork.fromStringUnsafe)

/** IPv4 that is not the public internet (IANA's special-purpose registry, multicast, and what is reserved). */
const notPublic = networks(`
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
  192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
  240.0.0.0/4`)

/** Of IPv6 only this is given out to the internet: whatever embeds IPv4 (mapped, NAT64) is outside of it … */
const [global] = networks("2000::/3")
/** … but for these: IETF's own (Teredo among them), documentation, and 6to4. */
const notGlobal = networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20")

const thisMachine = networks("127.0.0.0/8 ::1/128")

const isIn = (list: ReadonlyArray<IpNetwork.IpNetwork>, address: NetAddress.IpAddress): boolean =>
  list.some(
    (network) =>
      NetAddress.familyOf(network.address) === NetAddress.familyOf(address) && IpNetwork.contains(network, address),
  )

const isPublic = (address: NetAddress.IpAddress): boolean =>
  NetAddress.isIpv4Address(address)
    ? !isIn(notPublic, address)
    : global !== undefined && isIn([global], address) && !isIn(notGlobal, address)

/** 443, and what a server of one's own may listen on; the services below 1024 must not be spoken to by anybody's wish. */
const isWebPort = (port: string): boolean => port === "" || Number(port) >= 1024

const refuse = (reason: Blocked["reason"], message: string) => Effect.fail(new Blocked({ reason, message }))

export const layer = Layer.effect(
  Guard,
  Effect.gen(function* () {
    const { publicUrl, webhookAllowedNetworks } = yield* Config
    const { resolve } = yield* Resolver
    const isLocal = isLoopback(new URL(publicUrl).hostname)
    const allowed = [...webhookAllowedNetworks, ...(isLocal ? thisMachine : [])]

    return Guard.of({
      target: Effect.fnUntraced(function* (text) {
        if (!URL.canParse(text))
          return yield* refuse("no-url", "That is no address: it looks like https://hooks.example.com/requite.")
        const url = new URL(text)
        if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
          return yield* refuse("scheme", "The address must begin with https://.")
        }
        if (url.username !== "" || url.password !== "") {
          return yield* refuse(
            "credentials",
            "The address must not have a user or password in it: webhooks are signed instead.",
          )
        }
        // the parser has made 0x7f.1, 2130706433 and 0177.0.0.1 to 127.0.0.1, and refused zone ids
        const name = url.hostname.replace(/^\[(.*)\]$/, "$1")
        const literal = Result.getOrNull(NetAddress.ipFromString(name))
        const answers = literal === null ? yield* resolve(name) : [name]
        const addresses = answers.map((answer) => Result.getOrNull(NetAddress.ipFromString(answer)))
        const [first] = addresses
        if (first === undefined) return yield* refuse("unresolved", `${name} has no address.`)
        if (!addresses.every((one) => one !== null && (isPublic(one) || isIn(allowed, one)))) {
          return yield* refuse("address", `${name} leads into a network that webhooks do not go to.`)
        }
        if (first === null) return yield* refuse("address", `${name} has no address.`)
        if (url.protocol === "http:" && !isIn(thisMachine, first)) {
          return yield* refuse("scheme", "The address must begin with https:// unless it is this machine.")
        }
        if (!isWebPort(url.port) && !isIn(thisMachine, first)) {
          return yield* refuse("port", "The port must be 443, or one from 1024.")
        }
        return { url, address: NetAddress.formatIp(first), family: NetAddress.isIpv4Address(first) ? 4 : 6 }
      }),
    })
  }),
)
