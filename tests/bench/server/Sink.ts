/**
 * A mail server that can take it, as a process of its own: answers at once, keeps nothing of a mail but its Message-ID, and the
 * last one whole. Says how many came, how many different ones, and how long it took from the first to the last.
 */
import { createServer } from "node:net"

const ids = new Map<string, number>()
let [first, last] = [0, 0]
let latest = ""

const take = (mail: string) => {
  const id = /^Message-ID:\s*(\S+)/im.exec(mail)?.[1] ?? ""
  ids.set(id, (ids.get(id) ?? 0) + 1)
  latest = mail
  last = performance.now()
  if (first === 0) first = last
}

const server = createServer((socket) => {
  let held = ""
  let isMail = false
  socket.setNoDelay(true)
  socket.setEncoding("latin1")
  socket.on("error", () => {})
  socket.write("220 sink\r\n")
  socket.on("data", (chunk: string) => {
    held += chunk
    for (;;) {
      const end = held.indexOf(isMail ? "\r\n.\r\n" : "\r\n")
      if (end < 0) return
      const part = held.slice(0, end)
      held = held.slice(end + (isMail ? 5 : 2))
      if (isMail) {
        isMail = false
        take(part)
        socket.write("250 taken\r\n")
        continue
      }
      const verb = part.slice(0, 4).toUpperCase()
      isMail = verb === "DATA"
      socket.write(verb === "EHLO" ? "250-sink\r\n250 8BITMIME\r\n" : isMail ? "354 go on\r\n" : "250 well\r\n")
      if (verb === "QUIT") socket.end()
    }
  })
})
server.listen(Number(process.env["PORT"]), "127.0.0.1", () => process.send?.("ready"))
process.on("message", (question) => {
  const mails = [...ids.values()].reduce((sum, times) => sum + times, 0)
  process.send?.({ mails, different: ids.size, millis: last - first, latest })
  if (question === "forget") {
    ids.clear()
    first = 0
  }
})
