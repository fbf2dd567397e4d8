// A long form does not keep anybody waiting: a hundred instances of a group, and a thousand questions in a section.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { definition, section } from "../support/Questionnaires.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

const text = (id: string) => ({ id, type: "text", label: `Label of ${id}` })

const large = definition(
  [
    section("rows", {
      id: "row",
      type: "group",
      label: "Row",
      repeat: { min: 100, max: 100 },
      items: [
        ...Array.from({ length: 8 }, (_, at) => text(`cell${at}`)),
        { id: "day", type: "date", label: "Day" },
        { id: "agree", type: "confirm", label: "Agree" },
      ],
    }),
    section("many", ...Array.from({ length: 1000 }, (_, at) => text(`q${at}`))),
  ],
  { id: "large" },
)

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })("long forms", (it) => {
  it.effect(
    "are shown and saved at once, even where much else goes on",
    () =>
      Effect.gen(function* () {
        const { token } = yield* Visitor.arrange({}, large)
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(token)
        const timed = Effect.fnUntraced(function* <A>(what: Effect.Effect<A>) {
          const before = performance.now()
          const result = yield* what
          return [result, performance.now() - before] as const
        })
        for (const [id, name] of [
          ["rows", "a.row.99.cell7"],
          ["many", "a.q999"],
        ] as const) {
          const path = `${list}/sections/${id}`
          const [page, shown] = yield* timed(visitor.get(path))
          assert.include(page.text, `name="${name}"`)
          const body = new FormData()
          for (const field of Visitor.fieldsOf(page.text))
            body.append(field.name, field.name === name ? "x" : field.value)
          const [answer, saved] = yield* timed(visitor.post(path, body))
          assert.strictEqual(answer.status, 303)
          assert.include((yield* visitor.get(path)).text, `value="x"`)
          assert.isBelow(shown, 3_000, `${id} shown`)
          assert.isBelow(saved, 5_000, `${id} saved`)
        }
      }),
    180_000,
  )
})
