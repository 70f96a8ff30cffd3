import type { Claim, Comparison, Condition, NumberField } from '../../../../../client/scenario/conditionTypes.ts';
import { amountOf } from '../../../../../client/scenario/amounts.ts';
import { filled } from '../../../../../client/scenario/filled.ts';
import { whoText, type Who } from '../../../../../client/scenario/who.ts';

type Memory = ReadonlyMap<string, unknown>;

const COMPARED: Readonly<Record<Comparison, string>> = {
  ...{ '=': 'is', '!=': 'is not', '<': 'is below', '<=': 'is at most', '>': 'is beyond', '>=': 'is at least' },
};
const FIELDS: Readonly<Record<NumberField, string>> = {
  ...{ term: 'the term', commit: 'what is committed', applied: 'what is applied', log: 'the end of the log' },
};
const ROLES: Readonly<Record<string, string>> = {
  ...{ leader: 'leads', follower: 'follows', candidate: 'is a candidate', learner: 'only learns' },
  ...{ preCandidate: 'asks for votes beforehand', connected: 'is connected', disconnected: 'is gone' },
};

/** What a step waits for, for somebody who does not know the language of scenarios. */
export function conditionWords({ claim, text, forMs }: Condition, memory: Memory): string {
  const words = claimWords(claim, memory) ?? filled(text, memory);
  return forMs === undefined ? words : `${words}, for ${forMs / 1000} s`;
}

function claimWords(claim: Claim, memory: Memory): string | null {
  const names = (whos: readonly Who[]): string => whos.map((who) => nameOf(who, memory)).join(' and ');
  const among = (whos: readonly Who[] | undefined): string => (whos === undefined ? '' : ` among ${names(whos)}`);
  switch (claim.kind) {
    case 'leader':
      if (claim.is !== undefined && !claim.is.isNot) return `${names(claim.is.who)} leads`;
      return `a leader${among(claim.among)}`;
    case 'noLeader':
      return `no leader${among(claim.among)}`;
    case 'oneTerm':
      return `one term${among(claim.among)}`;
    case 'equalCommit':
      return 'all have committed the same';
    case 'follows':
      return `${names(claim.who)} follow ${names(claim.leader)}`;
    case 'role': {
      const role = ROLES[claim.role] ?? claim.role;
      return claim.isNot ? null : claim.who.map((who) => `${nameOf(who, memory)} ${role}`).join(', ');
    }
    case 'number': {
      const of = claim.of === undefined ? '' : ` of ${names(claim.of)}`;
      return `${FIELDS[claim.field]}${of} ${COMPARED[claim.comparison]} ${amountOf(claim.amount, memory)}`;
    }
    case 'key': {
      const at = claim.at === undefined ? '' : ` at ${names(claim.at)}`;
      if (!('value' in claim.test))
        return `there is ${claim.test.kind === 'missing' ? 'no' : 'a'} key ${claim.key}${at}`;
      return 'text' in claim.test.value ? `${claim.key} ${claim.test.kind} ${claim.test.value.text}${at}` : null;
    }
    case 'frames':
      return `${claim.field} frames: ${claim.comparison} ${amountOf(claim.amount, memory)}`;
    case 'result':
    case 'rule':
      return null;
  }
}

function nameOf(who: Who, memory: Memory): string {
  switch (who.kind) {
    case 'leader':
      return 'the leader';
    case 'all':
      return 'all';
    case 'followers':
      return 'the followers';
    case 'rest':
      return 'the rest';
    case 'allBut':
      return `all but ${nameOf(who.who, memory)}`;
    case 'id':
    case 'variable':
      return filled(whoText([who]), memory);
  }
}
