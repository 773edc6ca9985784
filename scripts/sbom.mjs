// Prints the bill of materials of a gateway: CycloneDX 1.6 in JSON, the same for the same lock file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, shippedPackages } from './shipped.mjs'

const algorithms = { sha512: 'SHA-512', sha384: 'SHA-384', sha256: 'SHA-256', sha1: 'SHA-1' }

const manifest = readManifest(root)
const components = shippedPackages().map(({ name, version, integrity, folder }) => ({
  type: 'library',
  ...named(name, version),
  ...(integrity && { hashes: integrity.split(' ').map(toHash) }),
  licenses: licensesOf(readManifest(folder)),
}))
// A package that is there twice is one component.
const byPurl = new Map(components.map(component => [component.purl, component]))

const bill = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      ...named(manifest.name, manifest.version),
      licenses: licensesOf(manifest),
    },
  },
  components: [...byPurl.values()],
}
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`)

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Package URL specification, type npm: the scope is a namespace, its @ encoded. */
function named(name, version) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return { name, version, 'bom-ref': purl, purl }
}

/** Subresource Integrity has base64, CycloneDX wants hex. */
function toHash(sum) {
  const [algorithm, content] = sum.split('-')
  return { alg: algorithms[algorithm], content: Buffer.from(content, 'base64').toString('hex') }
}

function licensesOf({ license }) {
  if (typeof license !== 'string') return []
  return /[ (]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }]
}
