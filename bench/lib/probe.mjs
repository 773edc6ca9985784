// Does the same piece of work whenever it is asked, and says how many milliseconds of CPU it took. Eight sums that do not wait
// for each other fill a core as ordinary programs do: when somebody has its second hyperthread they take half as long again.
const rounds = 3_000_000

function work() {
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8]
  for (let at = 0; at < rounds; at++) {
    a = (a + at) | 0
    b = (b ^ at) | 0
    c = (c + 3) | 0
    d = (d ^ 5) | 0
    e = (e + a) | 0
    f = (f ^ b) | 0
    g = (g + c) | 0
    h = (h ^ d) | 0
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h
}

// Compiled before it counts.
for (let turn = 0; turn < 20; turn++) work()

process.on('message', () => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  process.send((user + system) / 1000)
})
process.on('disconnect', () => process.exit())
process.send('ready')
