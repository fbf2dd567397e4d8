/**
 * What a request's policy means for the customer's pages: how they are laid out, and what there is to press. The pages ask
 * here and never for a preset, because a firm may mix the knobs as it likes (X2, X3).
 */
import type { RequestPolicy } from "@requite/core"

type Policy = Pick<RequestPolicy.RequestPolicy, "saving" | "completion">

export interface Mode {
  /** A page for each section; one page with everything, of which nothing is kept before the end; a page to upload to. */
  readonly layout: "sections" | "whole" | "uploads"
  /** Each section is ticked on its own when it is complete (K42). */
  readonly ticks: boolean
  /** The customer ends the request by finishing it. */
  readonly finishes: boolean
  /** What is typed is kept as it is typed, where the browser has scripts (T16). */
  readonly types: boolean
  /** Others write on the same record: a field says which version it shows (C4). */
  readonly shares: boolean
}

export const of = ({ saving, completion }: Policy): Mode => ({
  layout: saving === "none" ? "whole" : saving === "immediate" ? "uploads" : "sections",
  ticks: saving === "per-item" || completion === "auto-when-all",
  finishes: completion === "explicit" || completion === "explicit-all",
  types: saving === "autosave" || saving === "live",
  shares: saving === "live",
})

/** What the customer is told of it before they begin. */
export const keeping = {
  none: "arrival.saved.none",
  autosave: "arrival.saved.autosave",
  "per-item": "arrival.saved.per-item",
  live: "arrival.saved.live",
  immediate: "arrival.saved.immediate",
} as const
