// What is set for another program of the same environment would open the way to whoever answers for AWS.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createFlow } from '../../src/aws/flows.js'
import { loadSdk } from '../../src/aws/sdk.js'
import { createAwsLookUp } from '../../src/cli/aws-secrets.js'
import { readRegisteredClient } from '../../src/cli/checks/registered-client.js'
import { systemClock } from '../../src/lib/system-clock.js'
import { selfSigned } from '../proxy/fixtures/certificate.js'

/** Answers for AWS with a certificate that nobody trusts. */
async function impostor(t: Test) {
  const seen: string[] = []
  const server = createServer(selfSigned('localhost'), (incoming, response) => {
    seen.push(String(incoming.headers['x-amz-target'] ?? incoming.url))
    response.end('{"SecretString":"x","Parameter":{"Value":"x"},"IdentityId":"x","Credentials":{}}')
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { seen, url: `https://localhost:${(server.address() as AddressInfo).port}` }
}

function setEnvironment(t: Test, variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name]
    process.env[name] = value
    t.teardown(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
  }
}

t.test('the certificate of AWS is checked, also with NODE_TLS_REJECT_UNAUTHORIZED=0', async t => {
  const { seen, url } = await impostor(t)
  setEnvironment(t, {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
  })
  const identityPoolId = 'us-east-1:11111111-2222-4333-8444-555555555555'
  for (const flow of ['enhanced', 'basic'] as const) {
    const sdk = await loadSdk({ basicFlow: flow === 'basic', signs: false })
    const { fetchCredentials, close } = createFlow(
      { identityPoolId, flow, endpoint: url },
      sdk,
      systemClock,
    )
    await t.rejects(fetchCredentials({ logins: {} }, 'arn:aws:iam::123456789012:role/x'), {
      code: 'GW_ERR_AWS_UNAVAILABLE',
    })
    close()
  }
  const lookUp = createAwsLookUp('us-east-1')
  for (const kind of ['aws-sm', 'aws-ssm'] as const) {
    await t.rejects(
      lookUp({ kind, name: 'prod', field: null }),
      /\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
      kind,
    )
  }
  const client = { userPoolId: 'us-east-1_Emulator1', clientId: '1testclient0000000000000001' }
  t.match(await readRegisteredClient(client), { outcome: 'failure' })
  t.strictSame(seen, [], 'nothing was said')
})
