// Does the same piece of work whenever it is asked, and says how many milliseconds of CPU it took. Reading JSON fills a core as
// servers do: when somebody has its second hyperthread it takes more than half as long again. A loop that waits for its own
// results would not notice.
const item = number => ({
  id: number,
  name: `name ${number}`,
  tags: ['a', `b${number}`],
  at: 1_700_000_000 + number,
  nested: { third: number / 3, text: `${number}` },
})
const text = JSON.stringify(Array.from({ length: 400 }, (_, number) => item(number)))
const turns = 30

function work() {
  for (let turn = 0; turn < turns; turn++) JSON.parse(text)
}

// The first are slower.
for (let time = 0; time < 10; time++) work()

process.on('message', () => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  process.send((user + system) / 1000)
})
process.on('disconnect', () => process.exit())
process.send('ready')
