// Secrets that AWS keeps, asked for by its own SDKs at a server that speaks the JSON of both APIs.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { createAwsLookUp } from '../../src/cli/aws-secrets.js'
import { parseReference } from '../../src/lib/setting-references.js'
import { runCommand } from '../fixtures/command.js'
import { gatewayProcess, slowApplication } from '../fixtures/gateway-process.js'

const first = 'q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7wE'
const second = 'ASNFZ4mrze8BI0VniavN7wEq83vEjRWeJq83vEjRWeI'

/** Both APIs: AWS JSON 1.1 over HTTP. */
async function secretsApi(t: Test, secrets: Map<string, string>) {
  const asked: string[] = []
  const server = createServer(async (incoming, response) => {
    const body = JSON.parse(await text(incoming)) as { SecretId?: string; Name?: string }
    const target = String(incoming.headers['x-amz-target'])
    const region = /Credential=[^/]+\/\d+\/([\w-]+)\//.exec(
      incoming.headers.authorization ?? '',
    )?.[1]
    const name = body.SecretId ?? body.Name ?? ''
    asked.push(`${target} ${region} ${name}`)
    const value = secrets.get(name)
    const isParameter = target === 'AmazonSSM.GetParameter'
    const missing = isParameter ? 'ParameterNotFound' : 'ResourceNotFoundException'
    const denied = name.startsWith('denied') ? 'AccessDeniedException' : missing
    response.writeHead(value === undefined ? 400 : 200, {
      'content-type': 'application/x-amz-json-1.1',
    })
    const found = isParameter ? { Parameter: { Value: value } } : { SecretString: value }
    response.end(JSON.stringify(value === undefined ? { __type: denied } : found))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_ENDPOINT_URL_SSM: url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    HOME: t.testdir({}),
  }
  return { env, asked }
}

t.test('client secret, gateway secret: looked up at the start and again on SIGHUP', async t => {
  const secrets = new Map([
    ['prod/gateway', JSON.stringify({ client: 'canarysecret1', seal: first })],
    ['/prod/seal', second],
  ])
  const { env, asked } = await secretsApi(t, secrets)
  const upstream = await slowApplication(t)
  const gateway = await gatewayProcess(t, {
    env: {
      ...env,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      COGNITO_CLIENT_SECRET: 'aws-sm:prod/gateway#client',
      GATEWAY_SECRET: 'aws-ssm:/prod/seal,aws-sm:prod/gateway#seal',
    },
    settings: {
      shutdown: { delay: '0s' },
      routes: [{ path: '/', access: 'public', upstream }],
    },
  })
  t.ok(gateway.lines.some(({ level, msg }) => level === 40 && msg.includes('unset it')))
  t.strictSame(asked.sort(), [
    'AmazonSSM.GetParameter us-east-1 /prod/seal',
    'secretsmanager.GetSecretValue us-east-1 prod/gateway',
    'secretsmanager.GetSecretValue us-east-1 prod/gateway',
  ])
  gateway.process.kill('SIGHUP')
  await gateway.line('settings are as before')
  secrets.set('/prod/seal', 'ZZNFZ4mrze8BI0VniavN7wEq83vEjRWeJq83vEjRWeI')
  gateway.process.kill('SIGHUP')
  await gateway.line('settings were loaded')
  secrets.delete('/prod/seal')
  gateway.process.kill('SIGHUP')
  const refused = await gateway.line('settings were refused; the old ones serve on')
  t.match(refused.complaints, [/^secrets \(GATEWAY_SECRET\): aws-ssm:\/prod\/seal is not there/])
  t.equal((refused.complaints as string[]).length, 1, 'and nothing else is said of that setting')
  const answer = await request(`${gateway.url}/page`)
  await answer.body.dump()
  t.equal(answer.statusCode, 200)
  t.notMatch(JSON.stringify(gateway.lines), /canarysecret1|NFZ4mrze8BI/, 'no secret in a log')
  gateway.process.kill('SIGTERM')
  t.strictSame(await gateway.ended, [0, null])
})

t.test('config check says what to do', async t => {
  const { env } = await secretsApi(t, new Map([['plain', 'text']]))
  const base = {
    ...env,
    COGNITO_USER_POOL_ID: 'eu-west-1_Emulator1',
    COGNITO_CLIENT_ID: '1testclient0000000000000001',
    COGNITO_DOMAIN: 'example',
    GATEWAY_UPSTREAM: 'http://localhost:9',
    GATEWAY_SECRET: first,
  }
  const { status, stderr } = await runCommand(['config', 'check'], {
    cwd: t.testdirName,
    env: {
      ...base,
      COGNITO_CLIENT_SECRET: 'aws-sm:denied/one',
      GATEWAY_SECRET: 'aws-sm:plain#seal',
      GATEWAY_REDIS_URL: 'aws-ssm:none',
      GATEWAY_SESSION_STORE: 'redis',
    },
  })
  t.equal(status, 2)
  t.match(stderr, /COGNITO_CLIENT_SECRET.*denied\/one.*allow secretsmanager:GetSecretValue/)
  t.match(stderr, /GATEWAY_SECRET.*aws-sm:plain#seal is no JSON/)
  t.match(stderr, /GATEWAY_REDIS_URL.*aws-ssm:none is not there/)
  t.equal(stderr.match(/^ {2}- /gm)?.length, 3)
})

t.test('an SDK that is not installed is named', async t => {
  const missing = Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' })
  const load = { secretsManager: () => Promise.reject(missing), ssm: () => Promise.reject(missing) }
  const lookUp = createAwsLookUp('eu-west-1', load)
  const reference = { kind: 'aws-sm', name: 'one', field: null } as const
  await t.rejects(lookUp(reference), /npm install @aws-sdk\/client-secrets-manager/)
})

t.test('what is a reference', async t => {
  t.strictSame(parseReference('aws-sm:arn:aws:secretsmanager:eu-west-1:1:secret:a-b#c'), {
    kind: 'aws-sm',
    name: 'arn:aws:secretsmanager:eu-west-1:1:secret:a-b',
    field: 'c',
  })
  t.equal(parseReference(first), null)
  t.equal(parseReference('redis://aws-sm:secret@localhost'), null)
})
