#!/usr/bin/env node
import * as Effect from "effect/Effect"
import { Command, NodeRuntime, NodeServices } from "./Cli.ts"
import * as Requite from "./Requite.ts"

Requite.command.pipe(Command.run({ version: Requite.version }), Effect.provide(NodeServices.layer), NodeRuntime.runMain)
