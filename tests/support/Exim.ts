// Exim, a real mail server, for tests: on a free port of loopback, under a configuration and a spool of its own in a temporary
// directory. It delivers to two places only: mail for `bounces.firm.example` and for `customer.example` goes to the ports it
// is told, except to addresses that begin with `gone.`, which it bounces itself.
import { spawn } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { createConnection, createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as TestDatabase from "./TestDatabase.ts"

const binary = ["/usr/sbin/exim4", "/usr/sbin/exim"].find((path) => existsSync(path))

/** Is there one? Debian's package exim4-daemon-light has it. It reads another configuration for root only. */
export const isInstalled = binary !== undefined && process.getuid?.() === 0

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      // a listening TCP server has an AddressInfo; only pipes and closed servers have a string or null
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const configuration = (directory: string, port: number, ports: Ports): string => `
primary_hostname = mta.firm.example
keep_environment =
exim_user = nobody
exim_group = nogroup
never_users =
spool_directory = ${directory}/spool
log_file_path = ${directory}/log/%slog
pid_file_path = ${directory}/exim.pid
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
tls_advertise_hosts =
hosts_connection_nolog = *
rfc1413_query_timeout = 0s
acl_smtp_rcpt = take
acl_smtp_data = take
smtp_accept_max_per_connection = 0
dsn_advertise_hosts = *
disable_ipv6 = true

begin acl
take:
  accept

begin routers
returns:
  driver = manualroute
  domains = bounces.firm.example
  route_list = * 127.0.0.1 byname
  self = send
  transport = returns
gone:
  driver = redirect
  domains = customer.example
  local_parts = ^gone\\\\.
  allow_fail
  data = :fail: no such person here
customers:
  driver = manualroute
  domains = customer.example
  route_list = * 127.0.0.1 byname
  self = send
  transport = customers

begin transports
returns:
  driver = smtp
  port = ${ports.returns}
  hosts_avoid_tls = *
customers:
  driver = smtp
  port = ${ports.customers}
  hosts_avoid_tls = *

begin retry
* * F,1m,2s
`

interface Ports {
  readonly returns: number
  readonly customers: number
}

/** Runs one until the scope ends; gives the URL to send through. Where none is installed that is the customers' own server. */
export const scoped = Effect.fnUntraced(function* (ports: Ports) {
  if (!isInstalled) return { url: `smtp://127.0.0.1:${ports.customers}` }
  const directory = yield* TestDatabase.temporaryDirectory
  const port = yield* Effect.promise(freePort)
  const file = join(directory, "exim.conf")
  for (const folder of ["spool", "log"]) {
    mkdirSync(join(directory, folder))
    // it gives its rights up to nobody
    chmodSync(join(directory, folder), 0o777)
  }
  chmodSync(directory, 0o755)
  writeFileSync(file, configuration(directory, port, ports), { mode: 0o644 })
  yield* Effect.acquireRelease(
    Effect.sync(() => spawn(binary ?? "", ["-C", file, "-bdf", "-q1s"], { stdio: "ignore" })),
    (child) =>
      Effect.promise(
        () =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null) return resolve()
            child.once("exit", () => resolve())
            child.kill("SIGTERM")
          }),
      ),
  )
  yield* Effect.promise(() => answers(port))
  return { url: `smtp://127.0.0.1:${port}` }
})

/** Waits until something answers there. */
const answers = async (port: number): Promise<void> => {
  for (let tries = 0; tries < 600; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port })
      socket.once("data", () => resolve(true))
      socket.once("error", () => resolve(false))
      socket.once("data", () => socket.end("QUIT\r\n"))
    })
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error("exim does not answer")
}
