// An OpenTelemetry collector for tests, in this process: keeps what it is sent as OTLP in JSON, and answers as one does.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

export interface Span {
  readonly name: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>
}

export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  /** Every body as it came, with its path before it. */
  readonly bodies: ReadonlyArray<string>
  readonly spans: () => ReadonlyArray<Span>
  /** The names of all metrics so far. */
  readonly metrics: () => ReadonlySet<string>
  readonly close: () => Promise<void>
}

interface Traces {
  readonly resourceSpans: ReadonlyArray<{ readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }> }>
}

export const start = async (): Promise<Collector> => {
  const bodies: Array<string> = []
  const server = createServer((request, response) => {
    const keep = async () => {
      bodies.push(`${request.url ?? ""} ${await text(request)}`)
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    }
    void keep()
  })
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go))
  // a listening TCP server has an AddressInfo
  const { port } = server.address() as AddressInfo
  const sentTo = (path: string) =>
    bodies.filter((body) => body.startsWith(`${path} `)).map((body) => body.slice(path.length + 1))
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    spans: () =>
      sentTo("/v1/traces").flatMap((body) =>
        (JSON.parse(body) as Traces).resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
    metrics: () =>
      new Set(
        sentTo("/v1/metrics").flatMap((body) =>
          [...body.matchAll(/"name":"(requite_\w+)"/g)].map(([, name = ""]) => name),
        ),
      ),
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
