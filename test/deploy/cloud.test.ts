// Kubernetes and ECS: what stands in the files is what the gateway understands and does.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { gatherSettings, listSettings, loadConfig } from '../../src/config.js'
import { createPaths } from '../../src/endpoints/paths.js'
import { generateSecret } from '../../src/lib/keyring.js'
import type { SettingTree } from '../../src/lib/setting-sources.js'

const folder = fileURLToPath(new URL('../../deploy/', import.meta.url))
const read = (file: string) => readFileSync(folder + file, 'utf8')

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

interface Container {
  readonly env: readonly { readonly name: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly startupProbe: Probe
}

const { spec } = parse(read('kubernetes/deployment.yaml')) as {
  spec: {
    replicas: number
    selector: { matchLabels: Record<string, string> }
    template: {
      metadata: { labels: Record<string, string> }
      spec: { terminationGracePeriodSeconds: number; containers: readonly Container[] }
    }
  }
}
const pod = spec.template.spec
const [container] = pod.containers
const tree = parse(
  (parse(read('kubernetes/settings.yaml')) as { data: Record<string, string> }).data[
    'gateway.yaml'
  ] ?? '',
) as SettingTree
const config = loadConfig({ env: { GATEWAY_SECRET: generateSecret() }, base: tree })

t.test('Kubernetes: settings are good, and probes ask what is answered there', async t => {
  t.equal(config.admin.host, '0.0.0.0', 'probes come from outside of the pod')
  const ports = new Map(container?.ports.map(one => [one.name, one.containerPort]))
  t.equal(ports.get('http'), config.listen.port)
  t.equal(ports.get('admin'), config.admin.port)
  t.equal(container?.readinessProbe.httpGet.path, '/readyz')
  t.equal(container?.livenessProbe.httpGet.path, '/healthz')
  for (const { httpGet } of [
    container?.readinessProbe,
    container?.livenessProbe,
    container?.startupProbe,
  ] as Probe[]) {
    t.equal(httpGet.port, 'admin')
  }
  const { delay, deadline } = config.shutdown
  t.ok(pod.terminationGracePeriodSeconds > delay + deadline + 20, 'nobody is cut off')
})

t.test('Kubernetes: variables are settings, and all of them are secrets', async t => {
  const secrets = listSettings().filter(({ schema }) => schema.meta()?.secret === true)
  for (const { name } of container?.env ?? []) {
    t.ok(
      secrets.some(({ env }) => name === `${env}_FILE`),
      name,
    )
  }
})

t.test('Kubernetes: one name for its pods, and all files are applied', async t => {
  const { resources } = parse(read('kubernetes/kustomization.yaml')) as { resources: string[] }
  for (const file of resources) t.ok(existsSync(`${folder}kubernetes/${file}`), file)
  t.strictSame(spec.template.metadata.labels, spec.selector.matchLabels)
  t.equal(spec.replicas, 3)
  const all = resources.flatMap(file =>
    parseAllDocuments(read(`kubernetes/${file}`)).map(one => one.toJS() as Record<string, unknown>),
  )
  const budget = all.find(({ kind }) => kind === 'PodDisruptionBudget')
  const autoscaler = all.find(({ kind }) => kind === 'HorizontalPodAutoscaler')
  t.match(budget, { spec: { minAvailable: 2, selector: spec.selector } })
  t.match(autoscaler, {
    spec: { minReplicas: spec.replicas, scaleTargetRef: { kind: 'Deployment' } },
  })
  t.match(
    all.find(({ kind }) => kind === 'Service'),
    { spec: { selector: spec.selector.matchLabels } },
  )
})

t.test('Kubernetes: the gateway alone reaches the application', async t => {
  const [application, gateway] = parseAllDocuments(read('kubernetes/network-policy.yaml')).map(
    one => one.toJS(),
  )
  const [route] = config.routes
  const { hostname, port } = new URL(route?.upstream ?? '')
  t.equal(application.metadata.namespace, hostname.split('.')[1])
  t.equal(application.spec.ingress.length, 1)
  const [{ from, ports }] = application.spec.ingress
  t.equal(from.length, 1, 'namespace and pod in one entry: both have to fit')
  t.strictSame(from[0].podSelector, spec.selector)
  t.strictSame(ports, [{ protocol: 'TCP', port: Number(port) }])
  t.strictSame(gateway.spec.podSelector, spec.selector)
})

t.test('ECS: settings are good once the parameters are filled in', async t => {
  const template = read('ecs/service.yaml')
  const names = [...template.matchAll(/\{ Name: ([A-Z_]+), Value:/g)].map(([, name = '']) => name)
  const values: Record<string, string> = {
    GATEWAY_URL: 'https://app.example.com',
    GATEWAY_UPSTREAM: 'http://application.internal:8080',
    GATEWAY_TRUSTED_PROXIES: '10.0.0.0/16',
    COGNITO_USER_POOL_ID: 'eu-central-1_EXAMPLE00',
    COGNITO_CLIENT_ID: '1example23456789',
    COGNITO_DOMAIN: 'my-prefix',
    GATEWAY_SHUTDOWN_DELAY: variableOf(template, 'GATEWAY_SHUTDOWN_DELAY'),
    GATEWAY_SHUTDOWN_DEADLINE: variableOf(template, 'GATEWAY_SHUTDOWN_DEADLINE'),
  }
  t.strictSame(names.sort(), Object.keys(values).sort())
  const env = { ...values, GATEWAY_SECRET: generateSecret(), COGNITO_CLIENT_SECRET: 'x'.repeat(52) }
  const complaints: string[] = []
  gatherSettings({ env }, complaints)
  t.strictSame(complaints, [])
  const { listen, paths, shutdown } = loadConfig({ env })
  t.equal(listen.port, 3000)
  const [, stopSeconds] = /StopTimeout: (\d+)/.exec(template) ?? []
  t.ok(Number(stopSeconds) >= shutdown.delay + shutdown.deadline + 20, 'nobody is cut off')
  t.match(template, `HealthCheckPath: ${createPaths(paths).ping}\n`)
  t.notMatch(template, /Name: \w*SECRET\w*, Value:/, 'secrets come from Secrets Manager')
})

function variableOf(template: string, name: string): string {
  return new RegExp(`\\{ Name: ${name}, Value: (\\w+) \\}`).exec(template)?.[1] ?? ''
}
