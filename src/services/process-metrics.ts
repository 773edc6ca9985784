// The process itself, under the names that dashboards for Node.js know.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Family } from '../lib/prometheus.js'

const nanoseconds = 1e9
const microseconds = 1e6

/** CPU, memory and event loop of this process. */
export function watchProcess(): {
  readonly families: readonly Family[]
  readonly stop: () => void
} {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  let utilization = performance.eventLoopUtilization()

  const gauge = (name: string, help: string, read: () => number): Family => ({
    name,
    help,
    type: 'gauge',
    read: () => [{ value: read() }],
  })
  const families: Family[] = [
    {
      name: 'process_cpu_seconds_total',
      help: 'CPU time, user and system',
      type: 'counter',
      read() {
        const { user, system } = process.cpuUsage()
        return [{ value: (user + system) / microseconds }]
      },
    },
    gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss()),
    gauge('process_start_time_seconds', 'Start of the process, NumericDate', () =>
      Math.round(Date.now() / 1000 - process.uptime()),
    ),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use', () => process.memoryUsage().heapUsed),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'Lag of the event loop since it was last read',
      () => {
        const lag = delay.percentile(99) / nanoseconds
        delay.reset()
        return lag
      },
    ),
    gauge(
      'nodejs_eventloop_utilization',
      'Share of time that the event loop was busy since it was last read',
      () => {
        const before = utilization
        utilization = performance.eventLoopUtilization()
        return performance.eventLoopUtilization(utilization, before).utilization
      },
    ),
  ]
  return { families, stop: () => delay.disable() }
}
