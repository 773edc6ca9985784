// The process itself, under the names that dashboards for Node.js know. prom-client's own collection also watches every
// garbage collection, which costs each request more than a microsecond.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'

const nanoseconds = 1e9
const microseconds = 1e6

/** Adds CPU, memory and event loop of this process. @returns what stops the watching */
export function addProcessMetrics(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let utilization = performance.eventLoopUtilization()

  gauge(registry, 'process_resident_memory_bytes', 'Resident memory', () =>
    process.memoryUsage.rss(),
  )
  gauge(registry, 'process_start_time_seconds', 'Start of the process, NumericDate', () =>
    Math.round(Date.now() / 1000 - process.uptime()),
  )
  gauge(
    registry,
    'nodejs_heap_size_used_bytes',
    'Heap in use',
    () => process.memoryUsage().heapUsed,
  )
  gauge(
    registry,
    'nodejs_eventloop_lag_p99_seconds',
    'Lag of the event loop since it was last read',
    () => {
      const lag = delay.percentile(99) / nanoseconds
      delay.reset()
      return lag
    },
  )
  gauge(
    registry,
    'nodejs_eventloop_utilization',
    'Share of time that the event loop was busy since it was last read',
    () => {
      const before = utilization
      utilization = performance.eventLoopUtilization()
      return performance.eventLoopUtilization(utilization, before).utilization
    },
  )
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time, user and system',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / microseconds)
    },
  })
  return () => delay.disable()
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
