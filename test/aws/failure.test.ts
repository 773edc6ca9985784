import t from 'tap'
import { awsErrors, awsHints } from '../../src/aws/explanations.js'
import { explainAwsError, toAwsFailure } from '../../src/aws/failure.js'

function awsError(name: string, message: string, status: number | undefined = 400) {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } })
}

t.test('every exception that the tables name has code, cause and remedy', async t => {
  for (const [name, { code, cause, remedy }] of Object.entries(awsErrors)) {
    const failure = toAwsFailure(awsError(name, 'secret text of AWS'), 'GetId')
    t.equal(failure.code, code, name)
    t.ok(failure.reason?.includes(cause) && failure.reason.includes(remedy), name)
    t.notMatch(JSON.stringify([failure.reason, failure.message, failure.detail]), 'secret text')
    t.equal(failure.retryAfterSeconds, code === 'GW_ERR_AWS_UNAVAILABLE' ? 5 : undefined, name)
  }
})

t.test('a message makes the cause of a refusal exact, and decides nothing', async t => {
  for (const { example, cause } of awsHints) {
    const found = explainAwsError('NotAuthorizedException', example, 400)
    t.equal(found.cause, cause, example)
    t.equal(found.code, 'GW_ERR_AWS_REFUSED')
    t.not(explainAwsError('TooManyRequestsException', example, 400).cause, cause)
  }
})

t.test(
  'names of STS without their ending, no answer at all, and answers that are unknown',
  async t => {
    t.match(explainAwsError('ExpiredToken', '', 400), { code: 'GW_ERR_AWS_REFUSED' })
    t.match(explainAwsError('IDPCommunicationError', '', 400), { code: 'GW_ERR_AWS_UNAVAILABLE' })
    t.match(explainAwsError('AbortError', '', undefined), { cause: /did not answer in time/ })
    t.match(explainAwsError('SyntaxError', '<html>', 200), { cause: /not one that AWS/ })
    t.match(explainAwsError('__proto__', '', 400), { cause: /not one that AWS/ })
    t.match(toAwsFailure('odd', 'GetId'), { code: 'GW_ERR_AWS_UNAVAILABLE' })
    t.notMatch(toAwsFailure(awsError('a b\nc', ''), 'GetId').reason ?? '', 'a b')
  },
)
