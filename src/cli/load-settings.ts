// Settings as commands read them: references to secrets followed, and all of it checked.
import {
  type GivenSettings,
  gatherSettings,
  type LoadedSettings,
  loadGiven,
  type SettingSources,
} from '../config.js'
import { valueAt } from '../lib/setting-complaints.js'
import { createAwsLookUp } from './aws-secrets.js'

/** Reads, looks up and checks all settings. @throws SettingsRefused with every complaint */
export async function loadSettings(sources: SettingSources): Promise<LoadedSettings> {
  const complaints: string[] = []
  const given = gatherSettings(sources, complaints)
  return loadGiven(given, complaints, createAwsLookUp(regionOf(given)))
}

/** Stands before the id of the user pool. */
function regionOf({ tree }: GivenSettings): string | undefined {
  const id = valueAt(tree, ['cognito', 'userPoolId'])
  return typeof id === 'string' && /^[a-z]{2}(?:-[a-z]+)+-\d_/.test(id)
    ? id.split('_')[0]
    : undefined
}
