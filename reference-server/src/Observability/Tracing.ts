/**
 * Traces: one for every request (named by its route's template), with the commands, statements and mails that belong to it. They
 * leave the process only where an OTLP collector is named in the standard OTEL_* variables, and hold no secrets: of an address
 * the template, of a statement the text with marks in place of its values, of a fault what Redaction.ts leaves.
 */
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import type { ServerConfig } from "../Config.ts"
import { FetchHttpClient, HttpClient, HttpMiddleware } from "../platform/Http.ts"
import { OtlpMetrics, OtlpSerialization, OtlpTracer } from "../platform/Observability.ts"
import * as Redaction from "./Redaction.ts"

/** The error that stands in a trace for one that may have quoted anything. */
const redactedError = (defect: unknown): Error => {
  const error = defect instanceof Error ? defect : new Error(String(defect))
  const told = new Error(Redaction.redact(error.message))
  told.name = error.name
  told.stack = Redaction.redact(error.stack ?? "")
  return told
}

const redactedExit = (exit: Exit.Exit<unknown, unknown>): Exit.Exit<unknown, unknown> =>
  Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? exit : Exit.die(redactedError(Cause.squash(exit.cause)))

const redactedSpan = (span: Tracer.Span): Tracer.Span => ({
  _tag: "Span",
  name: span.name,
  spanId: span.spanId,
  traceId: span.traceId,
  parent: span.parent,
  annotations: span.annotations,
  sampled: span.sampled,
  kind: span.kind,
  get status() {
    return span.status
  },
  get attributes() {
    return span.attributes
  },
  get links() {
    return span.links
  },
  end: (time, exit) => span.end(time, redactedExit(exit)),
  attribute: (key, value) => span.attribute(key, Redaction.redactDeep(value)),
  event: (name, time, attributes) =>
    span.event(
      name,
      time,
      attributes === undefined
        ? undefined
        : Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, Redaction.redactDeep(value)])),
    ),
  addLinks: (links) => span.addLinks(links),
})

/** The same tracer, through which no secret passes. */
export const redacting = (tracer: Tracer.Tracer): Tracer.Tracer =>
  Tracer.make({
    span: (options) => redactedSpan(tracer.span(options)),
    ...(tracer.context === undefined ? {} : { context: tracer.context }),
  })

/** `Effect.withSpan` where traces are made; elsewhere nothing, which even a span that is not kept would cost. */
export const span =
  (name: string, options: () => Tracer.SpanOptionsNoTrace) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withFiber((fiber) =>
      fiber.getRef(References.TracerEnabled)
        ? // where it was called from is no news, and dear to find out
          Effect.withSpan(effect, name, { ...options(), captureStackTrace: false })
        : effect,
    )

/** Effect's own spans hold whole addresses, those of links among them: requests get ours instead (`Pressure.ts`), and calls to
 * others none, so that no address of a webhook is told and nobody outside is sent our traces' ids. */
const withoutAddresses = Layer.mergeAll(
  Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true),
  Layer.succeed(HttpClient.TracerDisabledWhen, () => true),
)

/** Sends traces and metrics to the collector of the OTEL_* variables; without one nothing is sent, and no span is made. */
export const layer = ({ otel }: Pick<ServerConfig, "otel">): Layer.Layer<never> => {
  if (otel === undefined) return Layer.merge(withoutAddresses, Layer.succeed(References.TracerEnabled, false))
  const variables: Readonly<Record<string, string>> = {
    OTEL_TRACES_EXPORTER: "otlp",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_SERVICE_NAME: "requite",
    ...Redacted.value(otel),
  }
  const serialization =
    variables["OTEL_EXPORTER_OTLP_PROTOCOL"] === "http/json"
      ? OtlpSerialization.layerJson
      : OtlpSerialization.layerProtobuf
  const traces = Layer.effect(Tracer.Tracer, Effect.map(Effect.tracer, redacting)).pipe(
    Layer.provide(OtlpTracer.layerFromConfig()),
  )
  return Layer.mergeAll(
    traces,
    Layer.effectDiscard(Effect.void).pipe(Layer.provide(OtlpMetrics.layerFromConfig())),
  ).pipe(
    Layer.provide([serialization, FetchHttpClient.layer]),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables))),
    Layer.provideMerge(withoutAddresses),
  )
}
