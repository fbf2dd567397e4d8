/**
 * The whole server as a process that is told when to begin: what takes long, loading it, is done before. Speaks over the
 * channel that `fork` opens: says `loaded`, then `ready` once it answers; told `begin` or `sweep`, it does that.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Config from "../../reference-server/src/Config.ts"
import * as Server from "../../reference-server/src/Server.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"

const { config, mistakes } = Config.parse(process.env)
if (config === null) throw new Error(mistakes.join(" "))

const begin = async () => {
  const scope = Scope.makeUnsafe()
  const services = await Effect.runPromise(
    Server.layer(config).pipe(Layer.provideMerge(Logger.layer([])), Layer.build, Scope.provide(scope)),
  )
  const requests = Context.get(services, ClientRequests)
  process.on("message", (message) => {
    if (message === "sweep") Effect.runFork(Effect.provideContext(Tenancy.across(requests.sweep), services))
  })
  process.send?.("ready")
}

process.once("message", () => void begin())
process.send?.("loaded")
