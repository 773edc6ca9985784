// Keeps process.nextTick as fast as it starts. A request takes some 13 ticks. Each is an object that Node makes with
// computed names; V8 has quick code for that as long as the shape of these objects lives. A major collection that meets no
// tick, as in a gateway that waits, ends the shape, and from then on every tick is made the slow way, until the process ends:
// 8 µs a request (bench/PROFILE.md). One tick that is kept keeps the shape.
import { executionAsyncResource } from 'node:async_hooks'

const kept: object[] = []

/** To be called once, before anything is collected. */
export function keepTickShape(): void {
  process.nextTick(() => kept.push(executionAsyncResource()))
}
