import { ClusterId } from '../../shared/ids.ts';
import { NetworkRequest, NetworkView, Orphans, Profile, RuleView, Seed } from '../../shared/http/Network.ts';
import { Rule, RuleName } from '../../shared/http/Rule.ts';
import { Count } from '../../shared/numbers.ts';
import { type Static, Type } from '../../shared/schema.ts';
import type { FastifyRequest } from 'fastify';
import { checkRule, invalid } from '../faults/checkRule.ts';
import { RULES_MAX } from '../faults/Faults.ts';
import { NETWORK_JSON_MAX } from '../faults/networkSize.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { ChangeOptions, ClusterFaults } from '../hub/ClusterFaults.ts';
import type { Hub } from '../hub/Hub.ts';
import { answers } from './answers.ts';
import { partOfNetwork } from './partOfNetwork.ts';

/** Rules may bring thousands of samples of a delay along. Twice what may be in force, for whoever writes it with spaces. */
const RULES_BYTES_MAX = 2 * NETWORK_JSON_MAX;

const ClusterParams = Type.Object({ cluster: ClusterId });
const RuleParams = Type.Object({ cluster: ClusterId, rule: RuleName });

/**
 * Holds rules against what is legal before the schema is asked, whose messages know less of delays and selectors.
 * @throws {WhitewaterError} RULE_INVALID
 */
function ruleCheck(hub: Hub) {
  return async (request: FastifyRequest): Promise<void> => {
    const { cluster = '', rule } = request.params as { readonly cluster?: string; readonly rule?: string };
    const faults = hub.known(cluster)?.faults;
    const check = (rules: Readonly<Record<string, unknown>>, place: string): void => {
      const { length } = Object.keys(rules);
      if (length > RULES_MAX) throw invalid(place, `a list of ${length}`, `at most ${RULES_MAX} rules`);
      if (faults !== undefined) faults.checkRules(rules, place);
      else for (const [name, value] of Object.entries(rules)) checkRule(value, `${place}/${name}`);
    };
    if (rule !== undefined) check({ [rule]: request.body }, '/rules');
    else if (isObject(request.body)) {
      const { rules, profile } = request.body;
      // A profile's own route takes the profile as its body: places are told from where the request begins.
      if (isObject(rules)) check(rules, '/rules');
      if (isObject(profile) && isObject(profile['rules'])) check(profile['rules'], '/profile/rules');
    }
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every change takes these. */
export const ChangeQuery = Type.Object({
  frames: Type.Optional(
    Type.Unsafe<Orphans>({
      ...Orphans,
      description:
        'What becomes of frames that a rule delays or holds when it goes: release (now, in order), shuffle, drop, or keep (delayed ones come at their time)',
    }),
  ),
  epoch: Type.Optional(
    Type.String({ pattern: '^[0-9]{1,15}$', description: 'Only if the faults in force are still of this epoch' }),
  ),
});

const ReleaseRequest = Type.Union([
  Type.Object(
    {
      order: Type.Optional(Type.Union([Type.Literal('inOrder'), Type.Literal('shuffled')])),
      first: Type.Optional(Type.Integer({ minimum: 1, description: 'The first so many frames only' })),
      ofProfile: Type.Optional(
        Type.Boolean({
          description:
            'Whether the rule of that name is meant that came with the profile. Left out: the one that a user put in force, or else that of the profile',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

const RulesView = Type.Object({ epoch: Count, rules: Type.Array(RuleView) });
const ProfileView = Type.Object({ epoch: Count, profile: Profile });

/** The faults between the endpoints of a cluster, besides its partition. Every change is one step, and answered with what is then. */
export function faultRoutes(app: RelayApp, hub: Hub): void {
  networkRoutes(app, hub);
  ruleSetRoutes(app, hub);
  ruleRoutes(app, hub);
}

function networkRoutes(app: RelayApp, hub: Hub): void {
  const put = putter(hub);
  app.get(
    '/api/clusters/:cluster/network',
    { config: { access: 'read' }, schema: { params: ClusterParams, ...answers('All faults in force', NetworkView) } },
    async ({ params }) => hub.cluster(params.cluster).faults.view(),
  );
  app.put(
    '/api/clusters/:cluster/network',
    {
      bodyLimit: RULES_BYTES_MAX,
      preValidation: ruleCheck(hub),
      config: {
        bodyExample: '{"rules":{"slow":{"from":"*","to":"*","delay":"50..200ms"}},"partition":{"shape":"halves"}}',
      },
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery, body: NetworkRequest },
        ...answers('All faults at once; what is left out is not in force afterwards', NetworkView),
      },
    },
    async ({ params, query, body }) => put(params.cluster, query, (faults, options) => faults.apply(body, options)),
  );
  app.get(
    '/api/clusters/:cluster/profile',
    {
      config: { access: 'read' },
      schema: { params: ClusterParams, ...answers('The named network in force', ProfileView) },
    },
    async ({ params }) => {
      const { epoch, profile } = hub.cluster(params.cluster).faults.view();
      return { epoch, profile };
    },
  );
  app.put(
    '/api/clusters/:cluster/profile',
    {
      bodyLimit: RULES_BYTES_MAX,
      preValidation: ruleCheck(hub),
      config: { bodyExample: '{"name":"lan"}' },
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery, body: Profile },
        ...answers('A named network; rules and partition stay', NetworkView),
      },
    },
    async ({ params, query, body }) =>
      partOfNetwork('/profile', () =>
        put(params.cluster, query, (faults, options) => faults.setProfile(body, options)),
      ),
  );
  app.put(
    '/api/clusters/:cluster/seed',
    {
      config: { bodyExample: '{"seed":"7"}' },
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery },
        body: Type.Object({ seed: Seed }, { additionalProperties: false }),
        ...answers('What faults are drawn from; the draws of all links begin anew', NetworkView),
      },
    },
    async ({ params, query, body }) =>
      put(params.cluster, query, (faults, options) => faults.setSeed(body.seed, options)),
  );
}

function ruleSetRoutes(app: RelayApp, hub: Hub): void {
  const put = putter(hub);
  const change = changer(hub);
  app.get(
    '/api/clusters/:cluster/rules',
    {
      config: { access: 'read' },
      schema: { params: ClusterParams, ...answers('The rules in force, with what they did', RulesView) },
    },
    async ({ params }) => {
      const { epoch, rules } = hub.cluster(params.cluster).faults.view();
      return { epoch, rules };
    },
  );
  app.put(
    '/api/clusters/:cluster/rules',
    {
      bodyLimit: RULES_BYTES_MAX,
      preValidation: ruleCheck(hub),
      config: { bodyExample: '{"rules":{"slow":{"from":"p1","to":"*","delay":"50..200ms"}}}' },
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery },
        body: Type.Object({ rules: Type.Record(RuleName, Rule) }, { additionalProperties: false }),
        ...answers('These rules and no others, in one step', NetworkView),
      },
    },
    async ({ params, query, body }) =>
      put(params.cluster, query, (faults, options) => faults.setRules(body.rules, options)),
  );
  app.delete(
    '/api/clusters/:cluster/rules',
    {
      schema: {
        ...{ params: ClusterParams, querystring: ChangeQuery },
        ...answers('No rules but those of the profile', NetworkView),
      },
    },
    async ({ params, query }) => change(params.cluster, query, (faults, options) => faults.setRules({}, options)),
  );
}

function ruleRoutes(app: RelayApp, hub: Hub): void {
  const put = putter(hub);
  const change = changer(hub);
  const url = '/api/clusters/:cluster/rules/:rule';
  app.get(
    url,
    { config: { access: 'read' }, schema: { params: RuleParams, ...answers('One rule, with what it did', RuleView) } },
    async ({ params }) => hub.cluster(params.cluster).faults.ruleView(params.rule),
  );
  app.put(
    url,
    {
      bodyLimit: RULES_BYTES_MAX,
      preValidation: ruleCheck(hub),
      config: { bodyExample: '{"from":"p1","to":"*","both":true,"drop":0.3}' },
      schema: {
        ...{ params: RuleParams, querystring: ChangeQuery, body: Rule },
        ...answers('A fault on some links, in place of the one of that name', RuleView),
      },
    },
    async ({ params, query, body }) => {
      put(params.cluster, query, (faults, options) => faults.putRule(params.rule, body, options));
      return hub.cluster(params.cluster).faults.ruleView(params.rule);
    },
  );
  app.delete(
    url,
    { schema: { params: RuleParams, querystring: ChangeQuery, ...answers('The rule is gone', NetworkView) } },
    async ({ params, query }) =>
      change(params.cluster, query, (faults, options) => faults.deleteRule(params.rule, options)),
  );
  app.post(
    `${url}/release`,
    {
      config: { bodyExample: '{"order":"shuffled","first":10}' },
      schema: {
        ...{ params: RuleParams, body: ReleaseRequest },
        ...answers('Lets go what a rule holds; the rule stays', Type.Object({ released: Count })),
      },
    },
    async ({ params, body }) => ({ released: hub.cluster(params.cluster).faults.release(params.rule, body ?? {}) }),
  );
}

export function changeOptions({ frames, epoch }: Static<typeof ChangeQuery>): ChangeOptions {
  return { ...(frames === undefined ? {} : { frames }), ...(epoch === undefined ? {} : { epoch: Number(epoch) }) };
}

/** @returns what makes a change, in a cluster to which nobody connected yet too, and gives the faults as they are then */
function putter(hub: Hub) {
  return (
    cluster: ClusterId,
    query: Static<typeof ChangeQuery>,
    make: (faults: ClusterFaults, options: ChangeOptions) => void,
  ): NetworkView => hub.changeFaults(cluster, ({ faults }) => make(faults, changeOptions(query))).faults.view();
}

/** @returns what makes a change in a cluster that is there, and gives the faults as they are then */
function changer(hub: Hub) {
  return (
    cluster: string,
    query: Static<typeof ChangeQuery>,
    make: (faults: ClusterFaults, options: ChangeOptions) => void,
  ): NetworkView => {
    const { faults } = hub.cluster(cluster);
    make(faults, changeOptions(query));
    return faults.view();
  };
}
