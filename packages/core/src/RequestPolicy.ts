/**
 * A request's policy: every knob of its behaviour, as data (features.md, X1–X15). A request keeps the policy that it was
 * created with, whatever the firm changes afterwards (lifecycle.md L46). The presets reproduce the five reference
 * systems; `standard` is requite's own. `lint` names settings that are weak, and knobs that contradict each other.
 */
export { lint, type Surroundings, type Warning } from "./RequestPolicy/lint.ts"
export { Editable, RequestPolicy, Requirement, SecondFactor } from "./RequestPolicy/Policy.ts"
export { customerCentre, fileRequest, karbon, passfort, presets, standard, taxdome } from "./RequestPolicy/presets.ts"
