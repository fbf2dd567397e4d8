/**
 * Requests' states, from the texts that their rows hold. A state is read at every look at a request and changes seldom: a text that
 * was read lately is not read again. The text itself is what is compared, so nothing old can be taken for what is there now.
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * How long a text is remembered, in milliseconds; how many are, and how long they are together, in characters. A long one would
 * push out many, and is not remembered at all.
 */
const patience = 60_000
const most = 500
const mostTogether = 16_000_000
const longest = 200_000

/** In the order in which they were read first. */
const known = new Map<string, { readonly state: ClientRequest.State; readonly until: number }>()
/** The characters of all of them. */
let together = 0

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(ClientRequest.State))

const remember = (text: string, state: ClientRequest.State): void => {
  if (text.length > longest) return
  const now = performance.now()
  // two who read it at once both come here: it counts once
  if (known.delete(text)) together -= text.length
  for (const [other, { until }] of known) {
    if (until > now && known.size < most && together + text.length <= mostTogether) break
    known.delete(other)
    together -= other.length
  }
  known.set(text, { state, until: now + patience })
  together += text.length
}

/** The state that this text, a row's `state::text`, says. */
export const read = (text: string): Effect.Effect<ClientRequest.State, Schema.SchemaError> => {
  const found = known.get(text)
  return found === undefined
    ? Effect.tap(decode(text), (state) => Effect.sync(() => remember(text, state)))
    : Effect.succeed(found.state)
}
