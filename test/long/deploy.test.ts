// What deploys the gateway, before the judges of those who read it: Kubernetes' schemas, CloudFormation's, and a linter of
// Dockerfiles. The tools come by scripts/test-tools.mjs.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tools = execFileSync(process.execPath, ['scripts/test-tools.mjs'], { cwd: root })
  .toString()
  .trim()

function python(...words: string[]): { status: number | null; told: string } {
  const { status, stdout, stderr } = spawnSync(`${tools}/python`, words, { cwd: root })
  return { status, told: `${stdout}${stderr}` }
}

const cfnLint = `${tools}/cfn-lint`

/** Oldest and newest that are kept. */
const kubernetesVersions = ['1.33.0', '1.37.0']

t.test('Kubernetes knows every field', async t => {
  const files = readdirSync(`${root}deploy/kubernetes`)
    .filter(file => file !== 'kustomization.yaml')
    .map(file => `deploy/kubernetes/${file}`)
  for (const version of kubernetesVersions) {
    const { status, told } = python(
      '-m',
      'kubernetes_validate',
      '--strict',
      '-k',
      version,
      ...files,
    )
    t.equal(status, 0, `${version}: ${told}`)
  }
  const wrong = `${t.testdir()}/wrong.yaml`
  writeFileSync(wrong, 'apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec: { port: 1 }\n')
  const refused = python('-m', 'kubernetes_validate', '--strict', wrong)
  t.not(refused.status, 0)
  t.match(refused.told, /'port' was unexpected/, 'it says so')
})

t.test('CloudFormation knows every property, and what has to be there', async t => {
  const { status, told } = python(cfnLint, 'deploy/ecs/service.yaml', 'deploy/cognito.yaml')
  t.equal(status, 0, told)
  const wrong = `${t.testdir()}/wrong.yaml`
  writeFileSync(wrong, 'Resources:\n  X: { Type: "AWS::ECS::Service", Properties: { Taks: x } }\n')
  t.match(python(cfnLint, wrong).told, /'Taks' was unexpected/, 'it would say so')
})

t.test('hadolint has nothing to say of the Dockerfile', async t => {
  const { status, stdout } = spawnSync(`${tools}/hadolint`, ['Dockerfile'], { cwd: root })
  t.equal(status, 0, stdout.toString())
  const wrong = `${t.testdir()}/Dockerfile`
  writeFileSync(wrong, 'FROM debian\nRUN cd /tmp && apt-get install x\n')
  t.not(spawnSync(`${tools}/hadolint`, [wrong]).status, 0, 'it would say so')
})
