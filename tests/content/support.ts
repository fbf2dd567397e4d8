/** What the tests of content share: a judge of safe HTML that knows nothing of how it is made. */
import { assert } from "@effect/vitest"
import * as Processor from "../support/Processor.ts"

const allowed =
  /<\/?(?:p|br|strong|em|ul|ol|li|h2|h3|h4|blockquote|code|hr)>|<ol start="\d+">|<a href="(?:https?:\/\/|mailto:|tel:)[^"<>\s]*" rel="noopener noreferrer">|<\/a>/g

/** Fails when the HTML holds a tag, an attribute or a protocol that is not on the list. */
export const assertSafe = (html: string) => {
  assert.notMatch(html.replace(allowed, ""), /</, html)
}

/** The tags of a piece of HTML, in order. */
export const tagsOf = (html: string) => html.match(/<[^>]*>/g) ?? []

/** Fails when the work takes longer; generous, because the machines are shared, and far below what the unguarded parsers take. */
export const within = <A>(milliseconds: number, work: () => A): A => {
  const start = Processor.worked()
  const result = work()
  assert.isBelow(Processor.worked() - start, milliseconds)
  return result
}
