// Signatures as services compute them: the example that AWS publishes, and requests of every kind.
import { SignatureV4 } from '@smithy/signature-v4'
import t from 'tap'
import type { AwsCredentials } from '../../src/aws/credentials.js'
import type { Sdk } from '../../src/aws/sdk.js'
import { createRequestSigner, isOfSignature, streamsBodies } from '../../src/aws/sigv4.js'
import { complaintOfSignature } from '../fixtures/aws-service.js'

const sdk = { signer: { SignatureV4 } } as unknown as Sdk
const credentials: AwsCredentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session-token',
  expiresAt: 1_800_003_600,
  roleArn: null,
  identityId: 'eu-west-1:1',
}
const clock = () => 1_800_000_000

async function signed(
  service: string,
  {
    method = 'GET',
    target = '/',
    headers = [] as string[],
    body = null as Buffer | 'streamed' | null,
  },
) {
  const sign = createRequestSigner({ service, region: 'eu-west-1' }, sdk, clock)
  const given = ['Host', 'api.example.com', ...headers]
  const made = await sign({ method, target, headers: given, body }, credentials)
  const map: Record<string, string> = {}
  for (let at = 0; at < made.headers.length; at += 2) {
    const name = made.headers[at]?.toLowerCase() ?? ''
    map[name] = name in map ? `${map[name]},${made.headers[at + 1]}` : (made.headers[at + 1] ?? '')
  }
  const arrived = {
    method,
    url: made.target,
    headers: map,
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  }
  const complaint = complaintOfSignature(arrived, id =>
    id === credentials.accessKeyId ? credentials : null,
  )
  return { ...made, map, arrived, complaint }
}

t.test('the receiving side computes the same signature, whatever is signed', async t => {
  for (const service of ['execute-api', 's3', 'es', 'lambda']) {
    for (const request of [
      {},
      { target: '/a/b?x=1&y=2&x=0' },
      { target: '/a!b(c)/%ED%95%9C%20x?q=a+b%2Bc&empty&%EC%9A%B4=1' },
      { target: '/key%2Fwith%2Fslashes' },
      {
        method: 'POST',
        headers: ['Content-Type', 'application/json'],
        body: Buffer.from('{"a":1}'),
      },
      { method: 'PUT', body: Buffer.from('한국어') },
      { headers: ['X-Amz-Meta-A', '  two   spaces  ', 'x-amz-meta-b', '1', 'X-Amz-Meta-B', '2'] },
      { method: 'DELETE' },
    ]) {
      const { complaint } = await signed(service, request)
      t.equal(complaint, null, `${service} ${JSON.stringify(request).slice(0, 80)}`)
    }
  }
})

t.test('a change of anything that is signed is noticed', async t => {
  const request = {
    method: 'POST',
    target: '/a?b=1',
    headers: ['Content-Type', 'text/plain'],
    body: Buffer.from('x'),
  }
  const { arrived, complaint } = await signed('execute-api', request)
  t.equal(complaint, null)
  const keys = () => credentials
  t.ok(complaintOfSignature({ ...arrived, method: 'PUT' }, keys))
  t.ok(complaintOfSignature({ ...arrived, url: '/a?b=2' }, keys))
  t.ok(complaintOfSignature({ ...arrived, body: Buffer.from('y') }, keys))
  t.ok(complaintOfSignature({ ...arrived, headers: { ...arrived.headers, host: 'other' } }, keys))
  t.ok(
    complaintOfSignature(
      { ...arrived, headers: { ...arrived.headers, 'x-amz-acl': 'public' } },
      keys,
    ),
  )
})

t.test('lines of a signature that the client sent are replaced, under any spelling', async t => {
  const lies = [
    ...['Authorization', 'Bearer lie', 'authorization', 'lie', 'X-Amz-Date', 'lie'],
    ...['x-amz-security-token', 'lie', 'X_Amz_Content.Sha256', 'lie'],
  ]
  const { headers, complaint } = await signed('execute-api', { headers: lies })
  t.equal(complaint, null)
  t.notMatch(JSON.stringify(headers), 'lie')
  for (const name of ['AUTHORIZATION', 'x_amz_date', 'X-Amz-Security-Token'])
    t.ok(isOfSignature(name))
  t.notOk(isOfSignature('x-amz-acl'))
})

t.test('a streamed body is left out of the signature, and says so', async t => {
  const { map, complaint } = await signed('s3', { method: 'PUT', body: 'streamed' })
  t.equal(complaint, null)
  t.equal(map['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD')
  const rows: [Parameters<typeof streamsBodies>[0], boolean, boolean][] = [
    [{ service: 's3' }, true, true],
    [{ service: 's3' }, false, false],
    [{ service: 's3', payload: 'signed' }, true, false],
    [{ service: 'execute-api' }, true, false],
    [{ service: 'aoss', payload: 'unsigned' }, true, true],
  ]
  for (const [settings, isHttps, expected] of rows) {
    t.equal(streamsBodies(settings, isHttps), expected, JSON.stringify([settings, isHttps]))
  }
})
