// The password policy: each rule with a password that breaks it alone, and a neighbour that does not.
import t from 'tap'
import { passwordPolicySchema } from '../../../src/emulator/settings/sign-in.js'
import { checkPassword, describePolicy } from '../../../src/emulator/sign-in/password.js'

const usual = passwordPolicySchema.parse({})

const refused: [password: string, message: string][] = [
  ['Abcde1!', 'Password not long enough'],
  ['abcdef1!', 'Password must have uppercase characters'],
  ['ABCDEF1!', 'Password must have lowercase characters'],
  ['Abcdefg!', 'Password must have numeric characters'],
  ['Abcdefg1', 'Password must have symbol characters'],
  [`Aa1!${'x'.repeat(253)}`, 'Password too long'],
]

t.test("Cognito's default policy, rule by rule", async t => {
  for (const [password, message] of refused) {
    t.throws(() => checkPassword(password, usual), {
      name: 'InvalidPasswordException',
      message: `Password did not conform with policy: ${message}`,
    })
  }
  t.doesNotThrow(() => checkPassword('Abcdef1!', usual))
})

t.test('a rule that is off asks for nothing, and the pages say what is asked', async t => {
  const lax = passwordPolicySchema.parse({ minLength: 6, upperCase: false, symbols: false })
  t.doesNotThrow(() => checkPassword('abcde1', lax))
  t.equal(describePolicy(lax), 'At least 6 characters, with a lower case letter, a digit.')
})
