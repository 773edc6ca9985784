// The one place that knows OpenTelemetry; loaded only where the settings send traces somewhere. Nothing is registered
// for the whole process: a provider, and contexts of our own.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { TracingSettings } from './settings.js'
import { parseTraceparent, type Trace, type TraceHeaders, type Tracing } from './tracing.js'

/** So many spans wait to be sent; more are dropped. */
const maxWaiting = 2048
const maxTracestate = 512
const exportTimeoutMs = 5000

/** @param onFailure  told of every batch that could not be sent */
export function openTracing(
  { endpoint = '', service, sample }: TracingSettings,
  onFailure: (error: unknown) => void,
): Tracing {
  const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: exportTimeoutMs })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [
      new BatchSpanProcessor(telling(exporter, onFailure), { maxQueueSize: maxWaiting }),
    ],
  })
  const tracer: Tracer = provider.getTracer('cognito-gateway')
  const current = new AsyncLocalStorage<Context>()
  const contexts = new WeakMap<Trace, Context>()

  return {
    begin(name, attributes, caller) {
      const kind = SpanKind.SERVER
      const span = tracer.startSpan(name, { kind, attributes }, contextOf(caller))
      const begun: Trace = {
        lines: linesOf(span),
        end(more, failed) {
          span.setAttributes(more)
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        },
      }
      contexts.set(begun, trace.setSpan(ROOT_CONTEXT, span))
      return begun
    },

    within: (begun, work) => current.run(contexts.get(begun) ?? ROOT_CONTEXT, work),

    async call(name, attributes, work) {
      const parent = current.getStore() ?? ROOT_CONTEXT
      const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent)
      try {
        return await work()
      } catch (error) {
        // Only its class: texts of failures are for the log, which knows what to leave out.
        span.setAttribute('error.type', (error as Error)?.name ?? 'unknown')
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },

    async close() {
      await provider.shutdown().catch(onFailure)
    },
  }
}

function contextOf(caller: TraceHeaders | null): Context {
  const parent = caller && parseTraceparent(caller.traceparent)
  if (!caller || !parent) return ROOT_CONTEXT
  const { traceId, spanId, flags } = parent
  const state = caller.tracestate
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: flags & 1,
    isRemote: true,
    ...(state !== undefined &&
      state.length <= maxTracestate && { traceState: createTraceState(state) }),
  })
}

function linesOf(span: Span): readonly string[] {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const flags = (traceFlags & 1).toString(16).padStart(2, '0')
  const state = traceState?.serialize()
  const lines = ['traceparent', `00-${traceId}-${spanId}-${flags}`]
  return state ? [...lines, 'tracestate', state] : lines
}

/** OpenTelemetry itself would say it nowhere. */
function telling(exporter: SpanExporter, onFailure: (error: unknown) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, result => {
        if (result.error !== undefined) onFailure(result.error)
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}
