/** What firm and customer say to one another about what is asked: as long as it is asked (K47). */
import type * as Command from "../Command.ts"
import type { Reason } from "../Reason.ts"
import type { State } from "../State.ts"
import type { Decision } from "./Decision.ts"
import { guard, inState, knownItem, stamp, unless } from "./Decision.ts"
import { bound, reachable } from "./entering.ts"

/** Characters of a comment, or of a word to somebody. */
export const longest = 2_000
/** Comments of one request. */
export const most = 500

// what prints nothing, and what turns the direction of what stands around it
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

/** May this be said: is it some text, not too long, and nothing but text? */
export const isSayable = (text: string): boolean => text.trim() !== "" && isHarmless(text)

/** As `isSayable`; nothing at all is fine too. */
export const isHarmless = (text: string): boolean =>
  text.length <= longest && !unprintable.test(text.replaceAll(/[\n\t]/g, ""))

export const comment = (command: Command.Comment | Command.Reply, request: State): Decision => {
  const { comment, item, text } = command
  const author = command.type === "Comment" ? command.recipient : null
  return unless(command, request, [
    ...(command.type === "Reply" ? asked(request) : [...reachable(command, request), ...bound(command, request)]),
    ...guard(
      request.policy.audience !== "anyone-with-link",
      "comment-not-allowed",
      "Anyone with the link would read it.",
    ),
    ...(item === null ? [] : [...knownItem(request, item), ...open(request, item)]),
    ...guard(isSayable(text), "comment-invalid", `A comment is plain text of at most ${longest} characters.`),
    ...said(request),
  ])({
    type: "CommentAdded",
    ...stamp(command),
    comment,
    item,
    recipient: conversationOf(request, author),
    author,
    text,
  })
}

/** The firm speaks of what it has sent and still waits for. */
const asked = (request: State): ReadonlyArray<Reason> => {
  const states = inState(request, ["Pending", "WaitingForCustomer"], "It is over: nothing is said of it any more.")
  if (states.length > 0) return states
  return [
    ...guard(request.sentAt !== null, "not-sent", "It has not been sent yet."),
    ...guard(request.suspended === null, "suspended", "It is suspended: resume it first."),
  ]
}

const open = (request: State, item: string): ReadonlyArray<Reason> =>
  guard(request.items[item]?.status !== "Waived", "item-closed", "This part is not asked any more.", [item])

const said = ({ comments }: State): ReadonlyArray<Reason> =>
  guard(
    (comments?.customer ?? 0) + (comments?.firm ?? 0) < most,
    "comments-too-many",
    `A request takes ${most} comments.`,
  )

/** Whose conversation it is: of all, where they share the record; else of whoever writes, or is asked now. */
export const conversationOf = (
  { policy, details }: Pick<State, "policy" | "details">,
  author: string | null = null,
): string | null => (policy.audience === "shared-record" ? null : (author ?? details.recipients[0]?.id ?? null))

/** Does a comment belong to what this recipient reads? Who took another's place does not read what they said before. */
export const isReadBy = (comment: { readonly recipient: string | null }, recipient: string): boolean =>
  comment.recipient === null || comment.recipient === recipient
