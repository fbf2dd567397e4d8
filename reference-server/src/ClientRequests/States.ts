/**
 * Requests' states, from the texts that their rows hold. A state is read at every look at a request and changes seldom: a text that
 * was read lately is not read again. The text itself is what is compared, so nothing old can be taken for what is there now.
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** How long a text is remembered, in milliseconds, and how many are. */
const patience = 60_000
const most = 500

/** In the order in which they were read first. */
const known = new Map<string, { readonly state: ClientRequest.State; readonly until: number }>()

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(ClientRequest.State))

const remember = (text: string, state: ClientRequest.State): void => {
  const now = performance.now()
  for (const [other, { until }] of known) {
    if (until > now && known.size < most) break
    known.delete(other)
  }
  known.set(text, { state, until: now + patience })
}

/** The state that this text, a row's `state::text`, says. */
export const read = (text: string): Effect.Effect<ClientRequest.State, Schema.SchemaError> => {
  const found = known.get(text)
  return found === undefined
    ? Effect.tap(decode(text), (state) => Effect.sync(() => remember(text, state)))
    : Effect.succeed(found.state)
}
