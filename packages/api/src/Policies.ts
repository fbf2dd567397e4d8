/** The group `policies`: how requests can behave, and what is weak or contradictory in it (S78). */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "./HttpApi.ts"
import { PolicyChoice, Preset } from "./Requests/Given.ts"
import * as Wire from "./Wire.ts"

/** A policy with what the linter says of it. */
export const Linted = Schema.Struct({ policy: Wire.Policy, warnings: Schema.Array(Wire.PolicyWarning) }).annotate({
  identifier: "LintedPolicy",
  description: "A policy, every knob of it, and what is weak or contradictory in it.",
})
export type Linted = typeof Linted.Type

export class Policies extends HttpApiGroup.make("policies")
  .add(
    HttpApiEndpoint.get("list", "/", {
      success: Schema.Struct({ policies: Schema.Array(Schema.Struct({ preset: Preset, ...Linted.fields })) }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List the presets",
        description: "Every preset with all its knobs, and what is weak in it.",
      }),
    ),
    HttpApiEndpoint.post("lint", "/lint", {
      payload: Schema.Struct({ policy: Schema.Union([PolicyChoice, Wire.Policy]) }).annotate({
        examples: [{ policy: { preset: "standard", change: { windowDays: null } } }],
      }),
      success: Linted,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Check a policy",
        description: "Names every setting that is weak, and knobs that contradict each other. Changes nothing.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/policies")
  .annotateMerge(
    OpenApi.annotations({
      title: "Policies",
      description: "How requests behave: presets, their knobs, and a linter.",
    }),
  ) {}
