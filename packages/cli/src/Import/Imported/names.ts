/** The names by which a source knows what became items, with the option values of each: `ids` and `values` of an import. */
import { type Section, walk } from "@requite/core/Questionnaire/Definition"
import { type Imported, maxItems } from "../Imported.ts"

interface Named {
  readonly id: string
  readonly shape: {
    readonly kind: string
    readonly options?: ReadonlyArray<{ readonly raw: unknown; readonly value: string }>
  }
}

export interface Names {
  /** The first of a name has it; what is no item of these sections has none. */
  readonly add: (name: string, field: Named) => void
  readonly record: () => Pick<Imported, "ids" | "values">
}

/** More names than that no form has: some items have several. */
const mostNames = 2 * maxItems

export const names = (sections: ReadonlyArray<Section>): Names => {
  const present = new Set(sections.flatMap((section) => walk(section.items).map(({ id }) => id)))
  const ids = new Map<string, string>()
  const values = new Map<string, Readonly<Record<string, string>>>()
  return {
    add: (name, { id, shape: { options } }) => {
      if (name === "" || ids.has(name) || !present.has(id) || ids.size >= mostNames) return
      ids.set(name, id)
      if (options !== undefined)
        values.set(name, Object.fromEntries(options.map(({ raw, value }) => [String(raw), value])))
    },
    record: () => ({ ids: Object.fromEntries(ids), values: Object.fromEntries(values) }),
  }
}
