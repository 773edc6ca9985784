// The template for events of the user pool agrees with what the gateway takes.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { userOperations } from '../../src/cognito/cloud-trail.js'

/** CloudFormation's own tags, as what they stand at. */
const customTags = ['!Ref', '!GetAtt', '!Sub'].map(tag => ({
  tag,
  resolve: (text: string) => text,
}))
const template = parse(readFileSync('deploy/cognito-events.yaml', 'utf8'), { customTags })
const { Rule, Connection, Destination, DeliveryRole } = template.Resources

t.test('the rule lets through what the gateway understands, and nothing else', async t => {
  const { EventPattern } = Rule.Properties
  t.strictSame([...EventPattern.detail.eventName].sort(), [...userOperations].sort())
  t.strictSame(EventPattern.source, ['aws.cognito-idp'])
  t.strictSame(EventPattern.detail.errorCode, [{ exists: false }])
})

t.test('it is posted with the key, and not longer than the gateway takes it', async t => {
  const { ApiKeyName, ApiKeyValue } = Connection.Properties.AuthParameters.ApiKeyAuthParameters
  t.equal(ApiKeyName.toLowerCase(), 'x-api-key')
  t.equal(ApiKeyValue, 'EventsKey')
  t.equal(template.Parameters.EventsKey.NoEcho, true)
  t.equal(Destination.Properties.HttpMethod, 'POST')
  const [target] = Rule.Properties.Targets
  t.equal(target.RetryPolicy.MaximumEventAgeInSeconds, 3600)
  t.equal(target.Arn, 'Destination.Arn')
  t.equal(target.RoleArn, 'DeliveryRole.Arn')
  const [statement] = DeliveryRole.Properties.Policies[0].PolicyDocument.Statement
  t.strictSame(
    [statement.Action, statement.Resource],
    ['events:InvokeApiDestination', 'Destination.Arn'],
  )
})
