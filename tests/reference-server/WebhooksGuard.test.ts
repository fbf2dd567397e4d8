import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as tls from "node:tls"
import { Config } from "../../reference-server/src/Config.ts"
import * as Guard from "../../reference-server/src/Webhooks/Guard.ts"
import * as Post from "../../reference-server/src/Webhooks/Post.ts"
import * as TestFirm from "../support/TestFirm.ts"

const outside = {
  PUBLIC_URL: "https://ask.firm.example",
  SMTP_URL: "smtp://localhost",
  MAIL_FROM: "ask@firm.example",
  SETUP_CODE: "opens sesame",
  CLAMD_URL: "none",
}

/** The guard of a server of that configuration, where names lead to these addresses; each look-up takes the next answer. */
const guard = (
  names: Record<string, ReadonlyArray<ReadonlyArray<string>>>,
  environment: Record<string, string> = outside,
) => {
  const asked: Array<string> = []
  const resolver = Layer.succeed(Guard.Resolver, {
    resolve: (name) =>
      Effect.suspend(() => {
        const answers = names[name]
        const answer = answers?.[Math.min(asked.filter((one) => one === name).length, answers.length - 1)]
        asked.push(name)
        return answer === undefined
          ? Effect.fail(new Guard.Blocked({ reason: "unresolved", message: "ENOTFOUND" }))
          : Effect.succeed(answer)
      }),
  })
  const layer = Guard.layer.pipe(
    Layer.provide(resolver),
    Layer.provide(Layer.succeed(Config, TestFirm.config(environment))),
  )
  const judged = (url: string) =>
    Guard.Guard.pipe(
      Effect.flatMap(({ target }) => target(url)),
      Effect.provide(layer),
      Effect.match({ onSuccess: ({ address }) => address, onFailure: ({ reason }) => reason }),
    )
  return { judged, layer, asked }
}

const publicV4 = "93.184.215.14"
const publicV6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

describe("where webhooks go", () => {
  it.effect("S70: https to public addresses, and the address that was judged is the one to connect to", () =>
    Effect.gen(function* () {
      const { judged } = guard({ "hooks.example.com": [[publicV4, publicV6]], "six.example.com": [[publicV6]] })
      assert.strictEqual(yield* judged("https://hooks.example.com/requite?x=1"), publicV4)
      assert.strictEqual(yield* judged("https://six.example.com:8443"), publicV6)
      assert.strictEqual(yield* judged(`https://${publicV4}/`), publicV4)
      assert.strictEqual(yield* judged(`https://[${publicV6}]/`), publicV6)
    }),
  )

  it.effect("S70: nothing but https, without a user, on a port of a web server", () =>
    Effect.gen(function* () {
      const { judged, asked } = guard({ "hooks.example.com": [[publicV4]] })
      const cases = {
        "": "no-url",
        "hooks.example.com": "no-url",
        "https://": "no-url",
        "https://[fe80::1%25eth0]/": "no-url",
        "https://[fe80::1%eth0]/": "no-url",
        "http://hooks.example.com/": "scheme",
        "http://2130706433/": "scheme",
        "ftp://hooks.example.com/": "scheme",
        "file:///etc/passwd": "scheme",
        "javascript:alert(1)": "scheme",
        "https://user@hooks.example.com/": "credentials",
        "https://user:word@hooks.example.com/": "credentials",
        "https://:word@hooks.example.com/": "credentials",
        "https://hooks.example.com:22/": "port",
        "https://hooks.example.com:25/": "port",
        "https://hooks.example.com:465/": "port",
        "https://hooks.example.com:80/": "port",
      }
      for (const [url, reason] of Object.entries(cases)) assert.strictEqual(yield* judged(url), reason, url)
      assert.strictEqual(new Set(asked).size, 1)
    }),
  )

  it.effect("S70: no address inside, however it is written or wrapped", () =>
    Effect.gen(function* () {
      const { judged } = guard({})
      const inside = `
        127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 017700000001 0177.0.0.1 127.0.0.1. 0 0.0.0.0 10.0.0.1 10.255.255.255
        172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 192.0.0.8 192.0.2.1 198.18.0.1
        198.51.100.7 203.0.113.7 192.88.99.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
        [::] [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:93.184.215.14] [0:0:0:0:0:ffff:10.0.0.1] [::127.0.0.1]
        [64:ff9b::7f00:1] [64:ff9b::5db8:d70e] [64:ff9b:1::a00:1] [2002:7f00:1::1] [2002:a9fe:a9fe::] [2001::1]
        [2001:0:4136:e378:8000:63bf:3fff:fdd2] [2001:db8::1] [3fff::1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1]
        [100::1] [5f00::1] [4000::1]`
      for (const host of inside.trim().split(/\s+/)) {
        assert.strictEqual(yield* judged(`https://${host}/`), "address", host)
      }
    }),
  )

  it.effect("S70: a name must lead to public addresses alone, and what cannot be looked up is refused", () =>
    Effect.gen(function* () {
      const { judged } = guard({
        "inside.example.com": [["10.1.2.3"]],
        "both.example.com": [[publicV4, "169.254.169.254"]],
        "both6.example.com": [[publicV4, "::ffff:10.0.0.1"]],
        "zone.example.com": [["fe80::1%eth0"]],
        "odd.example.com": [[publicV4, "not an address"]],
        "nothing.example.com": [[]],
        localhost: [["127.0.0.1"]],
        "localhost.": [["127.0.0.1", "::1"]],
        "metadata.google.internal": [["169.254.169.254"]],
      })
      const cases = {
        "inside.example.com": "address",
        "both.example.com": "address",
        "both6.example.com": "address",
        "zone.example.com": "address",
        "odd.example.com": "address",
        "nothing.example.com": "unresolved",
        "gone.example.com": "unresolved",
        localhost: "address",
        "localhost.": "address",
        "metadata.google.internal": "address",
      }
      for (const [name, reason] of Object.entries(cases)) {
        assert.strictEqual(yield* judged(`https://${name}/`), reason, name)
      }
    }),
  )

  it.effect(
    "S70: a name that leads elsewhere the next moment is judged again, and never looked up by the connection",
    () =>
      Effect.gen(function* () {
        const { judged, asked, layer } = guard({ "rebind.example.com": [[publicV4], ["127.0.0.1"]] })
        assert.strictEqual(yield* judged("https://rebind.example.com/"), publicV4)
        assert.strictEqual(yield* judged("https://rebind.example.com/"), "address")
        assert.strictEqual(asked.length, 2)
        const { target } = yield* Effect.provide(Guard.Guard, layer)
        assert.strictEqual((yield* Effect.flip(target("https://rebind.example.com/"))).reason, "address")

        // a name that nobody knows: only the judged address can have been connected to
        const reached: Array<string> = []
        const server = createServer((request, response) => {
          reached.push(String(request.headers.host))
          response.end("here")
        })
        const port = yield* Effect.promise(
          () =>
            new Promise<number>((resolve) =>
              server.listen(0, "127.0.0.1", () => {
                const address = server.address()
                resolve(typeof address === "object" && address !== null ? address.port : 0)
              }),
            ),
        )
        const url = new URL(`http://nowhere.invalid:${port}/`)
        const answer = yield* Post.send({ url, address: "127.0.0.1", family: 4 }, {}, "{}")
        server.close()
        assert.deepStrictEqual([answer.status, answer.text, reached], [200, "here", [`nowhere.invalid:${port}`]])
      }),
  )

  it.effect("S70: this machine where the server is reached there only, and networks that the firm names", () =>
    Effect.gen(function* () {
      const local = guard({ localhost: [["127.0.0.1"]], "hooks.example.com": [[publicV4]] }, {})
      assert.strictEqual(yield* local.judged("http://localhost:4000/hook"), "127.0.0.1")
      assert.strictEqual(yield* local.judged("http://[::1]:80/"), "::1")
      assert.strictEqual(yield* local.judged("http://2130706433:81/"), "127.0.0.1")
      assert.strictEqual(yield* local.judged("http://hooks.example.com/"), "scheme")
      assert.strictEqual(yield* local.judged("https://10.0.0.1/"), "address")
      const named = guard(
        { "crm.inside.example": [["10.1.2.3"]], "db.inside.example": [["10.1.3.3"]] },
        { ...outside, WEBHOOK_ALLOWED_NETWORKS: "10.1.2.0/24, fd12::7" },
      )
      assert.strictEqual(yield* named.judged("https://crm.inside.example/"), "10.1.2.3")
      assert.strictEqual(yield* named.judged("https://[fd12::7]/"), "fd12::7")
      assert.strictEqual(yield* named.judged("https://[fd12::8]/"), "address")
      assert.strictEqual(yield* named.judged("https://db.inside.example/"), "address")
      assert.strictEqual(yield* named.judged("http://crm.inside.example/"), "scheme")
      assert.strictEqual(yield* named.judged("https://127.0.0.1/"), "address")
    }),
  )

  it.effect.skipIf(spawnSync("openssl", ["version"]).error !== undefined)(
    "S70: at the judged address TLS still holds the other side to its name",
    () =>
      Effect.gen(function* () {
        const folder = mkdtempSync(join(tmpdir(), "requite-tls-"))
        const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")]
        const subject = ["-subj", "/CN=hooks.example.com", "-addext", "subjectAltName=DNS:hooks.example.com"]
        const made = spawnSync("openssl", [
          ..."req -x509 -newkey rsa:2048 -nodes -days 2".split(" "),
          "-keyout",
          key,
          "-out",
          cert,
          ...subject,
        ])
        assert.strictEqual(made.status, 0, String(made.stderr))
        const pem = readFileSync(cert, "utf8")
        const server = createTlsServer({ key: readFileSync(key), cert: pem }, (_, response) => response.end("here"))
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            server.close()
            rmSync(folder, { recursive: true })
          }),
        )
        yield* Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const post = (name: string) =>
          Post.send({ url: new URL(`https://${name}:${port}/`), address: "127.0.0.1", family: 4 }, {}, "{}").pipe(
            Effect.match({ onSuccess: ({ text }) => text, onFailure: ({ message }) => message }),
          )
        assert.strictEqual(yield* post("hooks.example.com"), "No answer came: DEPTH_ZERO_SELF_SIGNED_CERT.")
        const trusted = tls.getCACertificates("default")
        tls.setDefaultCACertificates([...trusted, pem])
        yield* Effect.addFinalizer(() => Effect.sync(() => tls.setDefaultCACertificates(trusted)))
        assert.strictEqual(yield* post("hooks.example.com"), "here")
        assert.strictEqual(yield* post("other.example.com"), "No answer came: ERR_TLS_CERT_ALTNAME_INVALID.")
        assert.strictEqual(yield* post("127.0.0.1"), "No answer came: ERR_TLS_CERT_ALTNAME_INVALID.")
      }).pipe(Effect.scoped),
  )
})
