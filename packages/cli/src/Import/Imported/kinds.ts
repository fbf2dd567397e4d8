/** Kinds of answers that several sources have and ours do not: what they become. */

/** A time of day. */
export const time = {
  type: "text",
  pattern: { regex: "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", message: "A time such as 17:30" },
} as const

/** What is accepted where a source says nothing of the files. */
export const anyFile: ReadonlyArray<string> = ["application/pdf", "image/*", "text/plain"]
