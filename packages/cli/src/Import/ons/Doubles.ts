/** Ids that stand for two things in an eQ schema. Variants of a question share theirs, and so do the pages of one list. */
import { at, isObject, listAt, stringAt } from "../Imported.ts"
import type { Path } from "../Imported.ts"

const inner = ["add_block", "edit_block", "remove_block", "add_or_edit_block", "unrelated_block"]

export const doubles = (root: unknown): ReadonlyArray<{ readonly id: string; readonly path: Path }> => {
  const owners = new Map<string, string>()
  const found: Array<{ id: string; path: Path }> = []
  const own = (json: unknown, path: Path, owner = path.join("/")): void => {
    const id = stringAt(json, "id")
    if (id === undefined) return
    const known = owners.get(id)
    if (known === undefined) owners.set(id, owner)
    else if (known !== owner) found.push({ id, path })
  }

  const questions = (block: unknown, path: Path, list: string | undefined): void => {
    const variants = listAt(block, "question_variants").map((variant, i) => ({
      question: at(variant, "question"),
      at_: [...path, "question_variants", i, "question"] as Path,
    }))
    for (const { question, at_ } of [{ question: at(block, "question"), at_: [...path, "question"] }, ...variants]) {
      own(question, at_, list === undefined ? `${path.join("/")} question` : `list ${list} question`)
      const answers = [...listAt(question, "answers"), ...listAt(at(question, "dynamic_answers"), "answers")]
      for (const answer of answers) {
        own(answer, at_, list === undefined ? `${path.join("/")} ${stringAt(answer, "id") ?? ""}` : `list ${list}`)
        for (const option of listAt(answer, "options"))
          own(at(option, "detail_answer"), at_, `${path.join("/")} ${stringAt(answer, "id") ?? ""} detail`)
      }
      const ids = variants.length > 0 ? [] : answers.flatMap((answer) => stringAt(answer, "id") ?? [])
      ids.forEach((id, i) => (ids.indexOf(id) < i ? found.push({ id, path: at_ }) : undefined))
    }
  }

  listAt(root, "sections").forEach((section, s) => {
    own(section, ["sections", s])
    listAt(section, "groups").forEach((group, g) => {
      own(group, ["sections", s, "groups", g])
      listAt(group, "blocks").forEach((block, b) => {
        const path: Path = ["sections", s, "groups", g, "blocks", b]
        own(block, path)
        questions(block, path, undefined)
        const list = stringAt(block, "for_list") ?? ""
        const parts = [
          ...inner.map((key) => ({ json: at(block, key), at_: [...path, key] as Path })),
          ...listAt(block, "repeating_blocks").map((json, i) => ({
            json,
            at_: [...path, "repeating_blocks", i] as Path,
          })),
        ]
        for (const { json, at_ } of parts)
          if (isObject(json)) {
            own(json, at_)
            questions(json, at_, list)
          }
      })
    })
  })
  return found
}
