/**
 * The part of Handlebars that messages are written in: tags of declared variables, `if`, `unless` and `else`, and `each` over a declared
 * list. Everything else that Handlebars can parse is a finding, so a template that passes here can do nothing but print (S42).
 */
import Handlebars from "handlebars"
import * as Result from "effect/Result"
import { type Declaration, type Finding, maxEntries, type Variable, variableOf } from "./declaration.ts"
import { nearest } from "./nearest.ts"
import { syntaxFinding } from "./syntax.ts"

/** A tag that prints a value, and where it stands. */
export interface Printed {
  readonly kind: "text" | "url"
  readonly loc: hbs.AST.SourceLocation
}

/** A template that passed. */
export interface Parsed {
  readonly program: hbs.AST.Program
  readonly printed: ReadonlyArray<Printed>
  /** Where the text around the tags and blocks stands. */
  readonly contents: ReadonlyArray<hbs.AST.SourceLocation>
  /** The variables that the template uses in every case: neither behind a condition nor inside a list. */
  readonly always: ReadonlySet<string>
  /** The most characters of text that rendering can give, with a mark of `markLength` for each printed value. */
  readonly longest: (markLength: number) => number
}

type Part = Finding["part"]

/** Blocks in blocks. More cannot be followed by a reader anyway, and 3,000 overflow the stack. */
const maxDepth = 8

/** Only this instance is used: helpers that other code registers on Handlebars do not exist here. */
export const handlebars = Handlebars.create()

/** Parses one part of a template. Errors: every finding in it. */
export const parse = (
  part: Part,
  text: string,
  maxLength: number,
  declaration: Declaration,
): Result.Result<Parsed, ReadonlyArray<Finding>> => {
  if (text.length > maxLength)
    return Result.fail([
      {
        part,
        line: 1,
        column: 1,
        code: "too-long",
        sentence: `The ${part} has ${text.length} characters; at most ${maxLength} are allowed.`,
      },
    ])
  return Result.flatMap(
    Result.try({ try: () => handlebars.parse(text), catch: (error) => [syntaxFinding(part, text, error)] }),
    (program) => {
      const { findings, ...seen } = inspect(part, program, declaration)
      return findings.length > 0
        ? Result.fail(findings)
        : Result.succeed({ program, ...seen, longest: (markLength) => longest(program, markLength) })
    },
  )
}

/** A place in the template, as findings count: both from 1. */
const at = (part: Part, node: hbs.AST.Node) => ({ part, line: node.loc.start.line, column: node.loc.start.column + 1 })

interface Scope {
  /** The list whose entries are gone through here; undefined outside of any. */
  readonly list: Variable | undefined
  readonly always: boolean
  readonly depth: number
}

const inspect = (part: Part, root: hbs.AST.Program, declaration: Declaration) => {
  const findings: Array<Finding> = []
  const printed: Array<Printed> = []
  const contents: Array<hbs.AST.SourceLocation> = []
  const always = new Set<string>()
  const report = (node: hbs.AST.Node, code: string, sentence: string) =>
    void findings.push({ ...at(part, node), code, sentence })

  const program = (node: hbs.AST.Program | undefined, scope: Scope) => {
    for (const statement of node?.body ?? []) visit(statement, scope)
  }

  const visit = (node: hbs.AST.Node, scope: Scope): void => {
    if (scope.depth > maxDepth)
      return report(node, "too-deep", `More than ${maxDepth} blocks stand inside one another here.`)
    if (isMustache(node)) return mustache(node, scope)
    if (isBlock(node)) return block(node, scope)
    if (isContent(node)) return void contents.push(node.loc)
    if (node.type === "CommentStatement") return
    if (node.type.startsWith("Partial"))
      return report(node, "partial", "{{> …}} would include another template, which messages cannot do.")
    report(node, "not-allowed", "Messages know tags, #if, #unless and #each; this is something else.")
  }

  const mustache = (node: hbs.AST.MustacheStatement, scope: Scope) => {
    const shown = isPath(node.path) ? node.path.original : "…"
    if (!node.escaped)
      return report(
        node,
        "raw",
        `Three braces (or &) would let a value write HTML into the message. Write {{${shown}}} with two.`,
      )
    if (node.params.length > 0 || hasHash(node))
      return report(
        node,
        "unknown-helper",
        `A tag holds one name and nothing else; "${shown}" cannot be given anything.`,
      )
    const variable = resolve(node.path, scope)
    if (variable === undefined) return
    if (variable.kind === "list")
      return report(node, "list-as-text", `${variable.name} is a list: write {{#each ${variable.name}}} … {{/each}}.`)
    if (part === "subject" && variable.kind === "url")
      return report(
        node,
        "url-in-subject",
        `{{${variable.name}}} is a link, and subjects are shown on locked screens: keep it in the body.`,
      )
    if (part === "subject" && variable.declared?.inSubject === false)
      return report(
        node,
        "not-in-subject",
        `{{${variable.name}}} is for the reader alone, and subjects are shown on locked screens: keep it in the body.`,
      )
    printed.push({ kind: variable.kind, loc: node.loc })
    if (scope.always) always.add(variable.name)
  }

  const block = (node: hbs.AST.BlockStatement, scope: Scope) => {
    const name = node.path.original
    const [subject, ...more] = node.params
    if (!["if", "unless", "each"].includes(name) || node.path.depth > 0 || node.path.data)
      return report(node, "unknown-helper", `There is no block {{#${name}}}; messages have #if, #unless and #each.`)
    if (subject === undefined || more.length > 0 || hasHash(node) || node.program?.blockParams !== undefined)
      return report(node, "not-allowed", `{{#${name}}} takes exactly one name, as in {{#${name} something}}.`)
    const variable = resolve(subject, scope)
    const inner = { ...scope, always: false, depth: scope.depth + 1 }
    if (name !== "each") {
      program(node.program, inner)
      return program(node.inverse, inner)
    }
    if (variable !== undefined && variable.kind !== "list")
      return report(node, "not-a-list", `${variable.name} is not a list, so {{#each}} cannot go through it.`)
    if (scope.list !== undefined) return report(node, "nested-list", "One {{#each}} cannot stand inside another.")
    if (variable !== undefined && scope.always) always.add(variable.name)
    if (variable !== undefined) program(node.program, { ...inner, list: variable.declared })
    program(node.inverse, inner)
  }

  /** What a name means where it stands; reports it and gives undefined when it means nothing. */
  const resolve = (path: hbs.AST.Node, scope: Scope) => {
    if (!isPath(path) || path.data) {
      report(path, "not-allowed", "Only the name of a declared tag can stand here.")
      return undefined
    }
    const inList = scope.list !== undefined && path.depth === 0
    const [name, ...more] = path.parts
    if (name === undefined && inList && scope.list.fields === undefined && !path.original.includes("."))
      return { name: "this", kind: "text" as const, declared: undefined }
    const known = inList ? Object.keys(scope.list.fields ?? {}) : Object.keys(declaration.variables)
    const reachable = path.depth === 0 || (path.depth === 1 && scope.list !== undefined)
    if (name === undefined || more.length > 0 || !reachable || !known.includes(name)) {
      report(path, "unknown-variable", unknown(path, known, inList, declaration))
      return undefined
    }
    const declared = inList ? undefined : variableOf(declaration, name)
    return { name, kind: declared?.kind ?? ("text" as const), declared }
  }

  program(root, { list: undefined, always: true, depth: 0 })
  return { findings, printed, contents, always }
}

const unknown = (
  path: hbs.AST.PathExpression,
  known: ReadonlyArray<string>,
  inList: boolean,
  declaration: Declaration,
) => {
  const name = path.original.slice(0, 60)
  const own = path.parts.at(-1) ?? name
  const meant = nearest(own, known)
  if (meant !== undefined) return `There is no tag {{${name}}}. Did you mean {{${meant}}}?`
  if (inList && variableOf(declaration, own) !== undefined)
    return `Inside {{#each}} a tag means the entry of the list. For the message's own, write {{../${own}}}.`
  const names = inList && known.length === 0 ? ["this"] : known
  return `There is no tag {{${name}}}. There are: ${names.map((known) => `{{${known}}}`).join(", ")}.`
}

const longest = (node: hbs.AST.Program | undefined, markLength: number): number =>
  (node?.body ?? []).reduce((sum, statement) => {
    if (isContent(statement)) return sum + statement.value.length
    if (isMustache(statement)) return sum + markLength
    if (!isBlock(statement)) return sum
    const inside = longest(statement.program, markLength) * (statement.path.original === "each" ? maxEntries : 1)
    return sum + Math.max(inside, longest(statement.inverse, markLength))
  }, 0)

const isMustache = (node: hbs.AST.Node): node is hbs.AST.MustacheStatement => node.type === "MustacheStatement"
const isBlock = (node: hbs.AST.Node): node is hbs.AST.BlockStatement => node.type === "BlockStatement"
const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === "PathExpression"
const isContent = (node: hbs.AST.Node): node is hbs.AST.ContentStatement => node.type === "ContentStatement"
// The types say that a hash is always there; the parser leaves it out.
const hasHash = (node: { readonly hash?: hbs.AST.Hash }) => (node.hash?.pairs.length ?? 0) > 0
