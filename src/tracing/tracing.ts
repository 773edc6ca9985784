// What the gateway asks of tracing, in its own words.

/** What one span says beside its name: names of the semantic conventions, values of ours. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** The caller's side of a trace (W3C Trace Context). */
export interface TraceHeaders {
  readonly traceparent: string
  readonly tracestate: string | undefined
}

/** A request under way. */
export interface Trace {
  /** Header lines for the application: name, value, … */
  readonly lines: readonly string[]
  /** Once. */
  end(attributes: Attributes, failed: boolean): void
}

/** Spans, made and sent in the background; what cannot be sent is dropped. Never throws. */
export interface Tracing {
  /** @param caller  null: a new trace begins */
  begin(name: string, attributes: Attributes, caller: TraceHeaders | null): Trace
  /** Runs what belongs to a trace, so that calls made on the way become parts of it. */
  within<T>(trace: Trace, work: () => T): T
  /** A call of ours, as a part of the trace that it is made in. */
  call<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>
  /** Sends what is left. */
  close(): Promise<void>
}

/** `version-traceid-parentid-flags` (W3C Trace Context section 3.2); null for what is none. */
export function parseTraceparent(
  text: string,
): { readonly traceId: string; readonly spanId: string; readonly flags: number } | null {
  const [, version, traceId = '', spanId = '', flags = ''] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/.exec(text) ?? []
  if (version === undefined || version === 'ff') return null
  if (version === '00' && text.length !== 55) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}
