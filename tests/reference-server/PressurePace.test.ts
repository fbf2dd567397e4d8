// Bodies that come a byte at a time, at the listening socket: whatever reads them, the connection ends.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createServer, type Server } from "node:http"
import { connect } from "node:net"
import * as Pressure from "../../reference-server/src/Pressure.ts"

describe("the pace of bodies", () => {
  let server: Server
  let port = 0
  beforeAll(async () => {
    server = Pressure.settled(
      createServer((request, response) => {
        // one that is answered before it has come, and one that is read
        if (request.url === "/answered") response.end("early")
        else if (request.url === "/read") request.resume().once("end", () => response.end("whole"))
      }),
      { everyMillis: 300, endMillis: 300 },
    )
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    port = typeof address === "object" && address !== null ? address.port : 0
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  /** Sends so many bytes every 20 ms until there are a thousand or the line ends; what was heard, and whether it was cut. */
  const send = (path: string, bytes: number) =>
    new Promise<{ readonly heard: string; readonly isCut: boolean }>((resolve) => {
      let [heard, sent] = ["", 0]
      const line = connect(port, "127.0.0.1", () =>
        line.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n`),
      )
      const timer = setInterval(() => {
        sent += bytes
        if (sent <= 1000) line.write("%".repeat(bytes))
      }, 20)
      const end = (isCut: boolean) => {
        clearInterval(timer)
        line.destroy()
        resolve({ heard, isCut })
      }
      line.on("data", (chunk) => {
        heard += chunk.toString()
        if (heard.includes("whole")) end(false)
      })
      line.on("error", () => {})
      line.on("close", () => end(true))
    })

  it("S60: a body that comes by the byte is cut off, while somebody reads it and after it was answered", async () => {
    const [read, answered] = await Promise.all([send("/read", 1), send("/answered", 1)])
    assert.deepStrictEqual(read, { heard: "", isCut: true })
    assert.isTrue(answered.isCut)
    assert.include(answered.heard, "early")
  })

  it("S60: one that keeps pace is heard out", async () => {
    const { heard, isCut } = await send("/read", 100)
    assert.isFalse(isCut)
    assert.include(heard, "whole")
  })
})
