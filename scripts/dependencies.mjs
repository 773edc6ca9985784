// Prints what `npm install cognito-gateway` brings along: how many packages, how large, the largest ten.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { shippedPackages } from './shipped.mjs'

const shipped = shippedPackages()
  .map(({ name, version, folder }) => ({ name: `${name} ${version}`, bytes: bytesIn(folder) }))
  .sort((one, other) => other.bytes - one.bytes)

const sum = shipped.reduce((bytes, one) => bytes + one.bytes, 0)
process.stdout.write(`${shipped.length} packages, ${megabytes(sum)} MB\n`)
for (const { name, bytes } of shipped.slice(0, 10)) {
  process.stdout.write(`${megabytes(bytes).padStart(6)}  ${name}\n`)
}

/** Packages inside of packages are counted by themselves. */
function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? bytesIn(path) : statSync(path).size
    })
    .reduce((bytes, one) => bytes + one, 0)
}

function megabytes(bytes) {
  return (bytes / 1_000_000).toFixed(1)
}
