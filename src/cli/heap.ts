// First of all imports: V8 collects sooner. A gateway keeps little and forgets much, and by default what it
// forgot piles up before anyone looks (bench/footprint: 160 MB after 1,000 sign-ins). `--optimize-for-size`
// would do more, but it more than doubles the CPU of a request.
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=20')
setFlagsFromString('--max-semi-space-size=2')
