/**
 * The log as it is written: one JSON object a line for machines, or lines for a person. A JSON line has `time`, `level`, `message`
 * and what is known: `requestId`, `route`, `status`, `durationMs`, `workspaceId`, `memberId`, `cause`, and what the line
 * itself adds. Nothing that looks like a secret comes through (Redaction.ts).
 */
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { ServerConfig } from "../Config.ts"
import * as Redaction from "./Redaction.ts"

/** One line of JSON. What cannot be written as JSON is left out rather than losing the line. */
export const json = Logger.map(Logger.formatStructured, ({ timestamp, level, message, annotations, cause }) => {
  const line = {
    time: timestamp,
    level: level.toLowerCase(),
    message: text(message),
    ...annotations,
    ...extras(message),
    ...(cause === undefined ? {} : { cause }),
  }
  return JSON.stringify(Redaction.redactDeep(line), (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  )
})

/** What was logged beside words, as in `logWarning("a mail failed", { mail: id })`, becomes fields. */
const extras = (message: unknown): object =>
  Object.fromEntries(
    (Array.isArray(message) ? message : [message]).filter(isRecord).flatMap((one) => Object.entries(one)),
  )

const text = (message: unknown): string =>
  (Array.isArray(message) ? message : [message])
    .filter((part) => !isRecord(part))
    .map((part) => String(part))
    .join(" ")

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

/**
 * Writes lines to the standard output at the end of the turn of the event loop, all of them at once: each write is a system call
 * that everybody waits for. A process that ends, however it ends, writes what it has; one that is killed loses one turn's.
 */
const written = <Message>(lines: Logger.Logger<Message, string>): Logger.Logger<Message, void> => {
  let waiting = ""
  const write = () => {
    const text = waiting
    waiting = ""
    if (text !== "") process.stdout.write(text)
  }
  process.once("exit", write)
  // a full disk, or whoever read it has gone: nothing is left to tell that to, and the server goes on
  process.stdout.on("error", () => {})
  return Logger.map(lines, (line) => {
    if (waiting === "") setImmediate(write)
    waiting += `${line}\n`
  })
}

/** The log that a configuration asks for. */
export const layer = ({ logJson, logLevel }: Pick<ServerConfig, "logJson" | "logLevel">): Layer.Layer<never> =>
  Layer.mergeAll(
    Logger.layer([logJson ? written(json) : Logger.consolePretty()]),
    Layer.succeed(References.MinimumLogLevel, logLevel),
  )
