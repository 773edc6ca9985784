// Commands to paste. UpdateUserPoolClient resets every field that is not sent, so an update has to begin with all
// that the client has.
// Source: Amazon Cognito API reference, UpdateUserPoolClient.
import type { CognitoSettings } from '../../cognito/settings.js'

/** A command that changes one thing of the app client and keeps the rest. @param change  a jq filter */
export function updateClient({ userPoolId, clientId }: CognitoSettings, change: string): string {
  const read = `aws cognito-idp describe-user-pool-client --user-pool-id ${userPoolId} --client-id ${clientId} --query UserPoolClient --output json`
  const keep = 'del(.ClientSecret, .CreationDate, .LastModifiedDate)'
  return `${read} | jq '${keep} | ${change}' > client.json && aws cognito-idp update-user-pool-client --cli-input-json file://client.json`
}
