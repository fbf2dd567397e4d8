import { assert, describe, it } from "@effect/vitest"
import { Access, Api, Customer, Failure, Requests, Wire } from "@requite/api"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { operations } from "./Operations.ts"

const document = OpenApi.fromApi(Api)
const strict = { errors: "all", onExcessProperty: "error" } as const
const refusal = (schema: Schema.Codec<unknown, unknown>, value: unknown) =>
  Result.match(Schema.decodeUnknownResult(schema, strict)(value), {
    onFailure: (error) => error.message,
    onSuccess: () => "",
  })

const request = {
  questionnaire: { id: "kyc" },
  title: "Company check",
  recipient: { name: "Carl", email: "carl@customer.example", language: "en" },
}

describe("the contract", () => {
  it("names every endpoint once, with words for a reader", () => {
    const expected: Array<string> = []
    HttpApi.reflect(Api, {
      onGroup: () => {},
      onEndpoint: ({ endpoint: { method, path } }) =>
        void expected.push(`${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
    })
    assert.sameMembers(
      operations.map(({ method, path }) => `${method} ${path}`),
      expected,
    )
    assert.strictEqual(new Set(operations.map(({ id }) => id)).size, operations.length)
    for (const { id, summary, description } of operations) {
      assert.isNotEmpty(summary, id)
      assert.isNotEmpty(description, id)
    }
  })

  it("makes a valid OpenAPI 3.1 document: references lead somewhere, parameters are those of the path", () => {
    assert.strictEqual(document.openapi, "3.1.0")
    const names = Object.keys(document.components.schemas)
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    )
    assert.isAbove(references.length, 50)
    assert.includeMembers(names, [...new Set(references)])
    for (const { id, path, parameters, security, responses } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      assert.sameMembers(
        parameters.filter((one) => one.in === "path").map(({ name }) => name),
        inPath,
        id,
      )
      assert.isTrue(
        parameters.every(({ schema }) => Object.keys(schema).length > 0),
        id,
      )
      assert.includeMembers(
        Object.keys(document.components.securitySchemes),
        security.flatMap((one) => Object.keys(one)),
      )
      assert.isTrue(
        Object.values(responses).every((response) => response.description !== ""),
        id,
      )
    }
  })

  it("says the failures of every operation by the names that its answers carry", () => {
    const failures = Object.values(Failure).flatMap((value) => ("identifier" in value ? [value.identifier] : []))
    assert.isAbove(failures.length, 10)
    assert.includeMembers(Object.keys(document.components.schemas), failures)
    assert.notMatch(JSON.stringify(document), /Encoded"/)
    for (const { id, security, responses } of operations) {
      const guarded = security.flatMap((one) => Object.keys(one))
      if (guarded.includes("apiKey")) assert.includeMembers(Object.keys(responses), ["401", "403", "400"], id)
      if (guarded.includes("customerSession")) assert.includeMembers(Object.keys(responses), ["410", "403"], id)
    }
  })

  it("a number in a query is a number in the document", () => {
    const list = operations.find(({ id }) => id === "requests.list")
    const limit = list?.parameters.find(({ name }) => name === "limit")
    assert.deepStrictEqual(limit?.schema, { type: "integer", minimum: 1, maximum: 100, default: 50 })
  })
})

describe("what is sent in", () => {
  it("a request of these few properties is enough", () => {
    assert.strictEqual(refusal(Requests.NewRequest, request), "")
    assert.strictEqual(refusal(Requests.NewRequest, { ...request, questionnaire: { source: "{}" } }), "")
    assert.strictEqual(refusal(Requests.NewRequest, { ...request, recipient: { ...request.recipient, email: "" } }), "")
  })

  it("a misspelt property is refused by its name", () => {
    assert.include(refusal(Requests.NewRequest, { ...request, sendNow: true }), "sendNow")
    assert.include(refusal(Requests.Changes, { titel: "x" }), "titel")
  })

  it.each(["2027-02-30", "2027-2-3", "27-02-03", "2027-13-01", "tomorrow", "2027-03-27T00:00:00Z", ""])(
    "M23: %s is no day of the calendar",
    (due) => {
      assert.include(refusal(Requests.NewRequest, { ...request, due }), "2027-03-27")
    },
  )

  it("M23: a leap day is one", () => {
    assert.strictEqual(refusal(Wire.CalendarDate, "2028-02-29"), "")
  })

  it.each([
    ["title", "Bcc: evil@example.com\r\nHello"],
    ["title", "   "],
    ["title", "x".repeat(201)],
  ])("S42: a %s of %j is refused", (name, value) => {
    assert.include(refusal(Requests.NewRequest, { ...request, [name]: value }), name)
  })

  it.each([
    ["title", { title: "half \ud800" }],
    ["description", { description: "half \ud800" }],
    ["message", { message: "\udc00" }],
    ["recipient.name", { recipient: { ...request.recipient, name: "\ud800" } }],
  ])("half an emoji in the %s is refused, as no database keeps it", (_, change) => {
    assert.include(refusal(Requests.NewRequest, { ...request, ...change }), "well-formed")
  })

  it.each(["en-Latn-Latn", "sv-1234-1234", "en-aaaaa-aaaaa"])("%s, which Intl refuses, is no language", (language) => {
    assert.include(refusal(Wire.NewRecipient, { ...request.recipient, language }), "language tag")
  })

  it.each(["a@b, evil@x", "a@b\r\nBcc: evil@x", "no address", "a@b>"])("S42: %j is not one address", (email) => {
    assert.include(refusal(Wire.NewRecipient, { ...request.recipient, email }), "e-mail address")
  })
})

describe("what is sent back", () => {
  it.effect("each failure keeps its tag, its fields and its sentence on the way", () =>
    Effect.gen(function* () {
      const reasons = [{ code: "expired", message: "This request has expired.", about: [] }] as const
      const refused = new Failure.Refusal({
        request: "r",
        command: "Send",
        state: "Expired",
        reasons,
        allowed: ["Resend", "Cancel"],
        message: reasons[0].message,
      })
      const wire: unknown = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(Failure.Refusal)(refused)))
      assert.deepStrictEqual(wire, {
        _tag: "Refusal",
        request: "r",
        command: "Send",
        state: "Expired",
        reasons,
        allowed: ["Resend", "Cancel"],
        message: "This request has expired.",
      })
      const back = yield* Schema.decodeUnknownEffect(Failure.Refusal)(wire)
      assert.strictEqual(back.message, refused.message)
      assert.deepStrictEqual(back.reasons, refused.reasons)
      assert.deepStrictEqual(yield* Schema.encodeEffect(Failure.LinkDead)(new Failure.LinkDead()), {
        _tag: "LinkDead",
        message: "This request has expired.",
      })
    }),
  )

  it("S12: no schema of an answer has a place for a link or its token", () => {
    const answers = [Requests.RequestView, Requests.Summary, Requests.History, Customer.Fill, Customer.Receipt]
    const names = (value: unknown): ReadonlyArray<string> => {
      if (typeof value !== "object" || value === null) return []
      // a knob of the policy says what kind of token there is, never one
      const members = (Object.entries(value) as ReadonlyArray<readonly [string, unknown]>).filter(
        ([key]) => key !== "RequestPolicy" && key !== "rules",
      )
      return members.flatMap(([key, member]) => [
        ...(key === "properties" && typeof member === "object" && member !== null ? Object.keys(member) : []),
        ...names(member),
      ])
    }
    for (const schema of answers) {
      const properties = names(Schema.toJsonSchemaDocument(schema))
      assert.isAbove(properties.length, 0)
      assert.notInclude(properties, "link")
      assert.notInclude(properties, "token")
      assert.notInclude(properties, "secret")
    }
    // two answers are a secret, and nothing else: a member asks for a link to hand on, or for a code to read out by phone
    // (S32), and there is no other way to them than an answer; both are in the audit, and each is asked for by itself
    const givers = operations.filter(({ responses }) => /\/(GivenLink|ReadOutCode)"/.test(JSON.stringify(responses)))
    assert.deepStrictEqual(
      givers.map(({ id, method }) => `${method} ${id}`),
      ["POST requests.copyLink", "POST requests.readOutCode"],
    )
    assert.deepStrictEqual(names(Schema.toJsonSchemaDocument(Requests.GivenLink)), ["url"])
    assert.deepStrictEqual(names(Schema.toJsonSchemaDocument(Requests.ReadOutCode)), ["code"])
  })

  it("clients need to know who they are only where members act", () => {
    assert.isTrue(Access.MemberAccess.requiredForClient)
    assert.isFalse(Access.CustomerAccess.requiredForClient)
  })
})
