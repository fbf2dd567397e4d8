/** Languages as XLSForms name them, `English (en)`, `français`, `EN`, as language tags. */
import { languageTag } from "../Imported.ts"

export interface Languages {
  /** The tag of a column's language; that of the form itself for a column without one. */
  readonly tag: (name: string) => string
  /** That of the form itself. */
  readonly own: string
  /** Those that no tag could be found for, with the one that stands for them. */
  readonly unknown: ReadonlyArray<readonly [name: string, tag: string]>
}

/** Names of languages in English and in themselves; made once they are needed. */
let names: ReadonlyMap<string, string> | undefined

const byName = (name: string): string | undefined => {
  if (names === undefined) {
    const found = new Map<string, string>()
    const letters = Array.from("abcdefghijklmnopqrstuvwxyz")
    const english = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" })
    for (const first of letters) {
      for (const second of letters) {
        const tag = first + second
        const inEnglish = english.of(tag)
        if (inEnglish === undefined) continue
        const own = new Intl.DisplayNames([tag], { type: "language", fallback: "none" }).of(tag)
        for (const one of [inEnglish, own]) {
          const key = one?.toLowerCase() ?? ""
          if (key !== "" && !found.has(key)) found.set(key, tag)
        }
      }
    }
    names = found
  }
  return names.get(name)
}

/** The tag of a name; undefined when nobody knows it. */
export const tagOf = (name: string): string | undefined => {
  const [, before = name, inside] = /^(.*?)\(([^()]{1,40})\)\s*$/.exec(name.slice(0, 100)) ?? []
  const words = before.trim().toLowerCase()
  const known = inside === undefined ? undefined : languageTag(inside.trim())
  if (known !== undefined) return known
  const isCode = /^[a-z]{2}([-_][a-z0-9]{2,4})?$/i.test(words)
  const found = isCode
    ? languageTag(words.replace(/[-_](..)$/, (_, region: string) => `-${region.toUpperCase()}`))
    : undefined
  return found ?? byName(words) ?? byName(words.split(/\s+/)[0] ?? "")
}

/** `named`: the languages of all columns; `isBare`: do texts stand without one? */
export const languages = (named: ReadonlyArray<string>, byDefault: string, isBare: boolean): Languages => {
  const tags = new Map<string, string>()
  const taken = new Set<string>()
  const unknown: Array<readonly [string, string]> = []
  for (const name of named) {
    if (name === "" || tags.has(key(name)) || tags.size >= 200) continue
    const found = tagOf(name)
    // private use, as RFC 5646 has them: qaa to qtz
    const private_ = `q${"abcdefghijklmnopqrst".charAt(Math.floor(unknown.length / 26) % 20)}${"abcdefghijklmnopqrstuvwxyz".charAt(unknown.length % 26)}`
    const tag = found !== undefined && !taken.has(found) ? found : private_
    if (tag !== found) unknown.push([name, tag])
    taken.add(tag)
    tags.set(key(name), tag)
  }
  const first = named.find((name) => name !== "")
  const default_ = byDefault === "" ? undefined : (tags.get(key(byDefault)) ?? tagOf(byDefault))
  const own = default_ ?? (isBare || first === undefined ? "en" : (tags.get(key(first)) ?? "en"))
  return { tag: (name) => (name === "" ? own : (tags.get(key(name)) ?? own)), own, unknown }
}

const key = (name: string): string => name.trim().toLowerCase()
