// What is said when something that traces need cannot be loaded: in Node's own words.
import { execFileSync } from 'node:child_process'
import t from 'tap'
import { createLog } from '../../src/log.js'
import { openTracing } from '../../src/services/tracing.js'

const settings = {
  endpoint: 'http://localhost:4318/v1/traces',
  service: 'x',
  sample: 1,
  continue: false,
}

/** What Node says where this is not there. */
function failureOf(imported: string): Error {
  const script = `import('${imported}').catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script])
  return Object.assign(new Error(), JSON.parse(String(said)))
}

t.test(
  'a package that is not installed is named; a file of the gateway that is gone is not one',
  async t => {
    const complaintsOf = async (imported: string) => {
      const load = () => Promise.reject(failureOf(imported))
      const refusal = await openTracing(settings, createLog({ level: 'silent' }), load).catch(
        (error: unknown) => error,
      )
      return (refusal as { complaints?: readonly string[] }).complaints
    }
    t.match(await complaintsOf('@opentelemetry/not-there'), [/npm install @opentelemetry\/api /])
    const [own, ...others] = (await complaintsOf('/nowhere/@opentelemetry/chunk-X.js')) ?? []
    t.match(own, /replaced while it runs, restart it/)
    t.notMatch(own, 'npm install')
    t.strictSame(others, [])
  },
)
