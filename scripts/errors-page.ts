// Renders docs/errors.md from the tables of the code: every error with its cause and its remedy.
import { awsErrors, awsHints, noAwsVerdicts } from '../src/aws/explanations.js'
import {
  callbackErrors,
  callbackHints,
  type Explanation,
  type ExplanationTable,
  errorPages,
  exactDescriptions,
  type Hint,
  noVerdicts,
  refreshRefused,
  revocationErrors,
  tokenErrors,
  tokenErrorsWithoutSecret,
  tokenHints,
  userInfoErrors,
} from '../src/cognito/explanations.js'
import { errorTable } from '../src/errors.js'

/** The whole page. */
export function renderErrorsPage(): string {
  const render = ([title, text, rows]: Section) =>
    `${title}\n\n${text}\n${rows === '' ? '' : `\n${rows}`}`
  return sections.map(render).join('\n')
}

const intro = `Written from the tables in the code by \`npm run docs\`; what the log says is what stands here. Every error page of the gateway
shows an id, and the log line with the same \`id\` has code, cause and remedy. \`cognito-gateway doctor\` finds most of the
causes before anybody signs in.`

type Section = readonly [title: string, text: string, rows: string]

const sections: readonly Section[] = [
  ['# Errors, their causes, and what to do', intro, ''],
  [
    '## At the callback',
    'Cognito sends the browser back with `error`, often `invalid_request` with the real reason in `error_description`.',
    explanations(
      { ...callbackErrors, ...prefixed(exactDescriptions, 'invalid_request: ') },
      'error',
    ),
  ],
  [
    '## Descriptions at the callback',
    'What the description tells beside that. It is no stable text, so nothing but the advice depends on it.',
    hints(callbackHints),
  ],
  [
    '## At the token endpoint',
    'Always status 400, and most without a description.',
    explanations(
      {
        ...tokenErrors,
        ...suffixed(tokenErrorsWithoutSecret, ', no secret sent'),
        ...fromHints(tokenHints, tokenErrors.unauthorized_client),
        'invalid_grant, for a refresh token': {
          code: 'GW_ERR_LOGIN_REQUIRED',
          ...refreshRefused,
        },
      },
      'error',
    ),
  ],
  [
    '## Answers that say nothing about anybody',
    'Nobody is signed out by these: sessions are kept, and the answer is 503 with `Retry-After`.',
    explanations({ ...sortedStatuses() }, 'status'),
  ],
  [
    '## At the revocation endpoint',
    'Seen when somebody signs out; the sign-out goes on, and the log has a warning.',
    explanations(revocationErrors, 'error'),
  ],
  [
    '## At userInfo',
    'The gateway does not ask there. Applications that are sent the access token may.',
    table(
      ['error', 'cause', 'what to do'],
      Object.entries(userInfoErrors).map(([error, { cause, remedy }]) => [
        code(error),
        cause,
        remedy,
      ]),
    ),
  ],
  [
    '## Pages that stay at Cognito',
    'The browser never comes back, and the gateway never hears of it; the doctor looks for them.',
    hints(errorPages),
  ],
  [
    '## At identity pool and STS',
    'With `aws.identityPoolId`. Decided by the name of the exception; the session is none the worse for any of them.',
    explanations(
      {
        ...awsErrors,
        'no answer': noAwsVerdicts.nothing,
        'anything else': noAwsVerdicts.other,
      },
      'exception',
    ),
  ],
  [
    '## Messages behind NotAuthorizedException',
    'Which has one name for many things. The message is no stable text, so nothing but the advice depends on it.',
    hints(awsHints),
  ],
  [
    "## The gateway's own codes",
    'What the person reads, and what it means to whoever runs the gateway.',
    table(
      ['code', 'status', 'the person reads', 'the operator'],
      Object.entries(errorTable).map(([name, { status, message, hint }]) => [
        code(name),
        String(status),
        message,
        hint,
      ]),
    ),
  ],
]

function explanations(rows: Readonly<Record<string, Explanation>>, first: string): string {
  return table(
    [first, 'code of the gateway', 'cause', 'what to do'],
    Object.entries(rows).map(([name, { code: ours, cause, remedy }]) => [
      code(name),
      code(ours),
      cause,
      remedy,
    ]),
  )
}

function hints(rows: readonly Hint[]): string {
  return table(
    ['such as', 'cause', 'what to do'],
    rows.map(({ example, cause, remedy }) => [code(example.trim()), cause, remedy]),
  )
}

function fromHints(rows: readonly Hint[], base: Explanation | undefined): ExplanationTable {
  if (base === undefined) return {}
  return Object.fromEntries(
    rows.map(({ example, cause, remedy }) => [
      `unauthorized_client: ${example}`,
      { code: base.code, cause, remedy },
    ]),
  )
}

function prefixed(rows: ExplanationTable, prefix: string): ExplanationTable {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [prefix + name, row]))
}

function suffixed(rows: ExplanationTable, suffix: string): ExplanationTable {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name + suffix, row]))
}

function sortedStatuses(): ExplanationTable {
  const { nothing, other, ...statuses } = noVerdicts
  return { ...statuses, 'no answer': nothing, 'anything else': other }
}

function code(text: string): string {
  return `\`${text}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines
    .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')
}
