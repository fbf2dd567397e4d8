// Traces and metrics as they leave the process: OTLP and the text of Prometheus, of `effect/observability`. Unstable, and
// therefore named here only.

export * as OtlpMetrics from "effect/observability/OtlpMetrics"
export * as OtlpSerialization from "effect/observability/OtlpSerialization"
export * as OtlpTracer from "effect/observability/OtlpTracer"
export * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
