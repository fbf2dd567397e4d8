// A real S3 service for tests: OpenStack Swift with its s3api, as Debian packages it, on free ports of loopback, with rings, a
// disk and configuration of its own in a temporary directory. Its four servers share one process of ours, where Debian starts
// several of each: starting is most of what they cost. Beside it a memcached, which it insists on.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as S3Client from "../../reference-server/src/BlobStore/S3Client.ts"
import { freePort } from "./Exim.ts"
import * as TestDatabase from "./TestDatabase.ts"

const servers = ["account", "container", "object", "proxy"] as const
type Server = (typeof servers)[number]

/** Is there one? Debian's packages swift-proxy, swift-account, swift-container, swift-object, memcached have it. */
export const isInstalled =
  servers.every((name) => existsSync(`/usr/bin/swift-${name}-server`)) && existsSync("/usr/bin/memcached")

/** What to say where there is none. */
export const skipped = "SKIPPED: the tests with a real S3 service (no Swift: see tests/support/Swift.ts)"

const configuration = (name: Server, directory: string, memcached: number): string => `
[DEFAULT]
swift_dir = ${directory}
devices = ${directory}/disks
mount_check = false
fallocate_reserve = 0
log_address = ${directory}/none
[pipeline:main]
pipeline = ${name === "proxy" ? "catch_errors cache s3api tempauth copy slo dlo " : ""}${name}-server
[app:${name}-server]
use = egg:swift#${name}
${name === "proxy" ? "account_autocreate = true\nconn_timeout = 10\nnode_timeout = 60" : "conn_timeout = 10\nnode_timeout = 60"}
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
min_segment_size = 1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
`

/** Takes the directory; says the port of the proxy once it answers there. Ends when its input does. */
const program = `
import eventlet, eventlet.tpool
eventlet.patcher.monkey_patch()
# each server would take another one, and leave those before it behind
use_hub = eventlet.hubs.use_hub
eventlet.hubs.use_hub = lambda *hub: None if hasattr(eventlet.hubs._threadlocal, "hub") else use_hub(*hub)
import os, sys, logging
from swift.common import utils
from swift.common.ring import RingBuilder
from swift.common.wsgi import run_server
directory = sys.argv[1]
names = ("account", "container", "object", "proxy")
listening = {name: eventlet.listen(("127.0.0.1", 0)) for name in names}
for name in names[:3]:
    port = listening[name].getsockname()[1]
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0,
                     "meta": "", "replication_ip": "127.0.0.1", "replication_port": port})
    builder.rebalance()
    builder.get_ring().save(os.path.join(directory, name + ".ring.gz"))
for name in names:
    file = os.path.join(directory, name + ".conf")
    conf = utils.readconf(file, "app:%s-server" % name)
    eventlet.spawn(run_server, conf, logging.getLogger(name), listening[name], {"log_name": name})
print(listening["proxy"].getsockname()[1], flush=True)
eventlet.tpool.execute(sys.stdin.read)
os._exit(0)
`

/** Runs one until the scope ends, with an empty bucket. */
export const scoped = Effect.gen(function* () {
  const memcached = yield* Effect.promise(freePort)
  const directory = yield* TestDatabase.temporaryDirectory
  mkdirSync(join(directory, "disks", "d1"), { recursive: true })
  writeFileSync(
    join(directory, "swift.conf"),
    "[swift-hash]\nswift_hash_path_suffix = requite\nswift_hash_path_prefix = requite\n",
  )
  for (const name of servers) writeFileSync(join(directory, `${name}.conf`), configuration(name, directory, memcached))
  const asRoot = process.getuid?.() === 0 ? ["-u", "root"] : []
  yield* running("/usr/bin/memcached", ["-l", "127.0.0.1", "-p", String(memcached), "-U", "0", ...asRoot])
  // Debian's own Python has it, whichever is first in the path
  const child = yield* running("/usr/bin/python3", ["-c", program, directory])
  const port = yield* Effect.promise(async () => {
    for await (const line of createInterface({ input: child.stdout })) return Number(line)
    throw new Error("Swift did not start")
  })
  const options: S3Client.S3Options = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket: "files",
    accessKeyId: "test:tester",
    secretAccessKey: Redacted.make("testing"),
  }
  yield* makeBucket(options)
  return options
})

const running = (command: string, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] })),
    (child) =>
      Effect.promise(async () => {
        if (child.exitCode !== null) return
        const exited = once(child, "exit")
        child.kill("SIGKILL")
        await exited
      }),
  )

/** An empty bucket in it. */
export const makeBucket = (options: S3Client.S3Options) =>
  Effect.asVoid(S3Client.make(options).done({ method: "PUT", name: "" }))
