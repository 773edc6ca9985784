// Groups by an administrator: signed calls that name the pool.
import { type Call, type Input, type Operations, optionalText, text } from '../aws/call.js'
import type { PoolGroup } from '../pool.js'
import { PoolError } from '../pool-error.js'
import type { Realm } from '../realm.js'
import { joinGroup, leaveGroup } from '../users.js'
import { namedUser } from './admin-users.js'
import { describeAttributes, describeGroup, describeUser } from './describe.js'
import { demandPool } from './sign-in.js'

/** AWS's limit. */
const maxGroups = 10_000

/** The operations, by name. */
export function groupOperations(realm: Realm): Operations {
  const { settings } = realm
  const acts: Readonly<Record<string, (input: Input) => object>> = {
    AdminAddUserToGroup(input) {
      joinGroup(realm, namedUser(realm, input), namedGroup(input).name)
      return {}
    },
    AdminRemoveUserFromGroup(input) {
      leaveGroup(realm, namedUser(realm, input), namedGroup(input).name)
      return {}
    },
    AdminListGroupsForUser: input => ({
      Groups: namedUser(realm, input).groups.map(name => describe(knownGroup(name) ?? { name })),
    }),
    CreateGroup(input) {
      const name = text(input, 'GroupName')
      if (knownGroup(name) !== undefined) {
        throw new PoolError('GroupExistsException', 'A group with the name already exists.')
      }
      if (settings.groups.length >= maxGroups || !/^\S{1,128}$/u.test(name)) {
        throw new PoolError('InvalidParameterException', 'This group cannot be made.')
      }
      const group = readGroup(name, input)
      settings.groups.push(group)
      return { Group: describe(group) }
    },
    DeleteGroup(input) {
      const { name } = namedGroup(input)
      const index = settings.groups.findIndex(group => group.name === name)
      if (index >= 0) settings.groups.splice(index, 1)
      for (const user of settings.users) leaveGroup(realm, user, name)
      return {}
    },
    GetGroup: input => ({ Group: describe(namedGroup(input)) }),
    ListGroups: () => ({ Groups: allGroups().map(describe) }),
    ListUsersInGroup(input) {
      const { name } = namedGroup(input)
      const members = settings.users.filter(({ groups }) => groups.includes(name))
      return {
        Users: members.map(user => ({
          ...describeUser(user),
          Attributes: describeAttributes(user),
        })),
      }
    },
  }
  const operations = Object.entries(acts).map(([name, act]) => [
    name,
    (input: Input, call: Call) => {
      demandPool(realm, input, call)
      return act(input)
    },
  ])
  return Object.fromEntries(operations) as Operations

  function describe(group: PoolGroup) {
    return describeGroup(settings.poolId, group)
  }

  /** Groups of the file need no entry of their own: those that users are in exist too. */
  function allGroups(): PoolGroup[] {
    const named = settings.groups.map(({ name }) => name)
    const used = new Set(settings.users.flatMap(({ groups }) => groups))
    return [
      ...settings.groups,
      ...[...used].filter(name => !named.includes(name)).map(name => ({ name })),
    ]
  }

  function knownGroup(name: string): PoolGroup | undefined {
    return allGroups().find(group => group.name === name)
  }

  function namedGroup(input: Input): PoolGroup {
    const group = knownGroup(text(input, 'GroupName'))
    if (group !== undefined) return group
    throw new PoolError('ResourceNotFoundException', 'Group not found.')
  }
}

function readGroup(name: string, input: Input): PoolGroup {
  const description = optionalText(input, 'Description')
  const roleArn = optionalText(input, 'RoleArn')
  const { Precedence: precedence } = input
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(typeof precedence === 'number' ? { precedence } : {}),
  }
}
