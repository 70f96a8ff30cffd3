import t from 'tap';
import type { SafetyCheck, SafetyRule } from '../../shared/http/Safety.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { SafetyLedger, type SafetyLedgerOptions, type StatusSource } from '../../shared/safety/SafetyLedger.ts';
import { statusBody } from '../server/support/TestPeer.ts';

/** A ledger that is told by peers with disks, and a peer's whole log in one word. */
class Court {
  readonly heard: [SafetyRule, string][] = [];
  readonly ledger: SafetyLedger;

  constructor(options: SafetyLedgerOptions = {}) {
    const onOffence: SafetyLedgerOptions['onOffence'] = (rule, { text }) => this.heard.push([rule, text]);
    this.ledger = new SafetyLedger({ nowMs: () => 1000, onOffence, ...options });
  }

  tell(id: string, changes: Partial<Status>, source?: StatusSource): string | undefined {
    const { lastLogIndex = 0, commitIndex = 0 } = changes;
    const log = { durableIndex: lastLogIndex, lastApplied: commitIndex, terms: [] };
    return this.ledger.read(id, statusBody({ storage: 'disk', ...log, ...changes }), source);
  }

  /** A status with a log of these runs: `1@1 3@5` is term 1 from index 1 on, and term 3 from index 5 on. */
  log(id: string, runs: string, lastLogIndex: number, changes: Partial<Status> = {}, source?: StatusSource): void {
    const terms = runs.split(' ').flatMap((run) => {
      const [term, firstIndex] = run.split('@').map(Number);
      return term === undefined || firstIndex === undefined ? [] : [{ term, firstIndex }];
    });
    this.tell(id, { terms, lastLogIndex, lastLogTerm: terms.at(-1)?.term ?? 0, ...changes }, source);
  }

  check(rule: SafetyRule): SafetyCheck {
    const check = this.ledger.view().checks.find((one) => one.rule === rule);
    if (check === undefined) throw new Error(`no check of ${rule}`);
    return check;
  }

  get broken(): SafetyRule[] {
    return this.ledger.view().checks.flatMap(({ rule, state }) => (state === 'broken' ? [rule] : []));
  }
}

const vote = (votedFor: string): Partial<Status> => ({ votedFor: votedFor as never });

t.test('before anybody said anything, nothing is judged', async (t) => {
  const { ledger } = new Court();
  const { sinceMs, statuses, checks } = ledger.view();
  t.same([sinceMs, statuses, checks.length], [1000, 0, 8]);
  t.ok(checks.every(({ state, why }) => state === 'notJudged' && why === 'no peer has told its status yet'));
  t.equal(ledger.view('they speak gossip').checks[0]?.why, 'they speak gossip');
});

t.test('electionSafety: two leaders of one term, however late one tells of it', async (t) => {
  const court = new Court();
  court.tell('p1', { role: 'leader', term: 2 });
  court.tell('p2', { role: 'leader', term: 3 });
  court.tell('p1', { role: 'follower', term: 3 });
  t.same(court.broken, []);
  t.equal(court.ledger.elections, 2);
  const source = { seq: 17 };
  t.equal(court.tell('p3', { role: 'leader', term: 2 }, source), 'two leaders in term 2: p1 and p3');
  court.tell('p3', { role: 'leader', term: 2 });
  t.same(court.heard, [['electionSafety', 'two leaders in term 2: p1 and p3']], 'once');
  t.same(court.check('electionSafety'), {
    rule: 'electionSafety',
    state: 'broken',
    first: { timeMs: 1000, text: 'two leaders in term 2: p1 and p3', peers: ['p1', 'p3'], seq: 17 },
  });
  court.tell('p4', { role: 'leader', term: 3 });
  t.match(court.check('electionSafety').first, { text: /term 2/ }, 'the first stays');
  t.equal(court.heard.length, 2);
});

t.test('oneVoteATerm: a vote that changed, or was forgotten; through restarts too', async (t) => {
  const changed = new Court();
  changed.tell('p1', { term: 4, ...vote('p2'), pid: 1 });
  changed.tell('p1', { term: 4, ...vote('p3'), pid: 2 });
  t.match(changed.check('oneVoteATerm'), { state: 'broken', first: { text: /p1 voted for p2 and for p3 in term 4/ } });
  const forgotten = new Court();
  forgotten.tell('p1', { term: 4, ...vote('p2') });
  forgotten.tell('p1', { term: 5 });
  t.same(forgotten.broken, []);
  forgotten.tell('p2', { term: 4 });
  forgotten.tell('p2', { term: 4, ...vote('p2') });
  forgotten.tell('p2', { term: 4 });
  t.match(forgotten.check('oneVoteATerm'), { first: { text: 'p2 forgot its vote for p2 in term 4' } });
});

t.test('nothingGoesBack: terms ever, the commit index within one process', async (t) => {
  const court = new Court();
  court.tell('p1', { term: 3, lastLogIndex: 9, commitIndex: 7, pid: 1, uptimeMs: 900 });
  court.tell('p1', { term: 3, lastLogIndex: 9, commitIndex: 0, pid: 2, uptimeMs: 5 });
  court.tell('p1', { term: 3, lastLogIndex: 9, commitIndex: 7, pid: 2, uptimeMs: 50 });
  court.tell('p1', { term: 3, lastLogIndex: 9, commitIndex: 5, pid: 2, uptimeMs: 7 });
  t.same(court.broken, [], 'a process that starts anew learns what is committed, even with the number of another');
  court.tell('p1', { term: 3, lastLogIndex: 9, commitIndex: 4, pid: 2, uptimeMs: 60 });
  t.match(court.check('nothingGoesBack').first, { text: 'the commit index of p1 went back from 5 to 4' });
  const terms = new Court();
  terms.tell('p2', { term: 3, pid: 1, lastLogIndex: 9 });
  terms.tell('p1', { term: 3, pid: 1, lastLogIndex: 9 });
  terms.tell('p1', { term: 2, pid: 2, lastLogIndex: 9 });
  t.match(terms.check('nothingGoesBack').first, { text: 'the term of p1 went back from 3 to 2' });
  const lost = new Court();
  lost.tell('p2', { term: 3, lastLogIndex: 9 });
  lost.tell('p1', { term: 3, lastLogIndex: 9, commitIndex: 9 }, { process: 'a' });
  lost.tell('p1', { term: 3, lastLogIndex: 6 }, { process: 'b' });
  t.match(lost.check('nothingGoesBack').first, { text: /p1 had told index 9 as committed, and its log ends at 6/ });
});

t.test("leaderAppendOnly: a leader's log only grows", async (t) => {
  const leads = { role: 'leader', term: 3 } as const;
  const shorter = new Court();
  shorter.log('p1', '1@1 3@5', 8, leads);
  shorter.log('p1', '3@6', 12, leads);
  t.same(shorter.broken, [], 'a compacted one is no shorter');
  shorter.log('p1', '3@6', 11, leads);
  t.match(shorter.check('leaderAppendOnly').first, { text: 'p1 leads term 3, and its log went back from 12 to 11' });
  const changed = new Court();
  changed.log('p1', '1@1 2@5', 8, leads);
  changed.log('p1', '1@1', 9, leads);
  t.same(changed.broken, ['leaderAppendOnly']);
  t.match(changed.check('leaderAppendOnly').first, { text: /index 5 of its log went from term 2 to 1/ });
  const follower = new Court();
  follower.log('p1', '1@1 2@5', 8, { term: 2, role: 'leader' });
  follower.log('p1', '1@1 3@5', 5, { term: 3 });
  follower.log('p1', '1@1 3@5', 5, { term: 4, role: 'leader' });
  t.same(follower.broken, [], 'who leads no longer may have to cut its log');
});

t.test('logMatching: a term begins at one place, in logs of whatever time', async (t) => {
  const court = new Court();
  court.log('p1', '1@1 2@5 4@9', 12);
  court.log('p2', '2@6 4@9', 9);
  court.log('p3', '1@1 3@4', 6);
  court.log('p4', '4@11', 12);
  t.same(court.broken, [], 'behind snapshots, shorter, and of terms that did not win');
  court.log('p5', '1@1 4@8', 12);
  t.match(court.check('logMatching').first, {
    text: 'term 4 begins at index 8 in the log of p5, and begins at 9 in that of p1',
    peers: ['p1', 'p5'],
  });
  const inMidst = new Court();
  inMidst.log('p1', '2@7', 9);
  inMidst.log('p2', '1@1 2@8', 9);
  t.match(inMidst.check('logMatching').first, { text: /term 2 begins at index 8 in the log of p2, and has index 7/ });
  const behind = new Court();
  behind.log('p1', '1@1 2@5 4@9', 12);
  behind.log('p2', '1@1 3@5 4@9', 12);
  t.match(behind.check('logMatching').first, {
    text: /index 9 of term 4 stands behind term 3 .* p2, and behind term 2/,
  });
  const early = new Court();
  early.log('p1', '1@1 2@5', 12);
  early.log('p2', '2@3', 12);
  t.match(early.check('logMatching').first, { text: /p2 has index 3 of term 2, which begins at 5 in that of p1/ });
  const falling = new Court();
  falling.log('p1', '3@1 2@5', 12);
  t.match(falling.check('logMatching').first, { text: /term 2 at index 5 stands behind term 3/ });
});

t.test('leaderCompleteness: a leader has what was committed in the terms before its own', async (t) => {
  const court = new Court();
  court.log('p1', '1@1 2@4', 8, { term: 2, commitIndex: 6 });
  court.log('p2', '1@1 2@4 3@7', 7, { term: 3, role: 'leader' });
  court.log('p2', '2@5 3@7', 7, { term: 3, role: 'leader' });
  t.same(court.broken, [], 'what was not committed is not needed, nor what is in its snapshot');
  court.log('p3', '1@1 2@4', 5, { term: 4, role: 'leader' });
  t.match(court.check('leaderCompleteness').first, {
    text: 'p3 leads term 4 without index 6 of term 2, which was committed by term 2; its log ends at 5',
    peers: ['p1', 'p3'],
  });
  const other = new Court();
  other.log('p3', '1@1 5@4', 6, { term: 5, role: 'leader' });
  t.same(other.broken, []);
  other.log('p1', '1@1 2@4', 8, { term: 2, commitIndex: 6 });
  t.same(other.broken, [], 'nobody knows it yet');
  other.log('p3', '1@1 5@4', 6, { term: 5, role: 'leader' });
  t.match(other.check('leaderCompleteness').first, { text: /without index 4 of term 2.*it has term 5 there/ });
});

t.test('Figure 8: what a later term committed need not be in the log of an earlier leader', async (t) => {
  const court = new Court();
  court.log('s1', '1@1 2@2', 2, { term: 2, role: 'leader' });
  court.log('s5', '1@1 3@2', 2, { term: 3, role: 'leader' });
  court.log('s1', '1@1 2@2 4@3', 3, { term: 4, role: 'leader', commitIndex: 3 });
  court.log('s3', '1@1 2@2 4@3', 3, { term: 4, commitIndex: 2 });
  court.log('s5', '1@1 3@2', 2, { term: 3, role: 'leader' });
  t.same(court.broken, []);
  court.log('s5', '1@1 3@2', 2, { term: 5, role: 'leader' });
  t.same(court.broken, ['leaderCompleteness']);
});

t.test('stateMachineSafety: one index, one term', async (t) => {
  const court = new Court();
  court.log('p1', '1@1 2@4', 8, { commitIndex: 5 });
  court.log('p2', '1@1 3@6', 8, { commitIndex: 3 });
  t.same(court.broken, []);
  court.log('p2', '1@1 3@5', 8, { commitIndex: 5 });
  t.match(court.check('stateMachineSafety').first, {
    text: 'index 4 was committed with term 2 (p1) and with term 1 (p2)',
    peers: ['p1', 'p2'],
  });
});

t.test('ownOrder: snapshot, applied, committed, last; durable, last', async (t) => {
  const good = { snapshotIndex: 3, lastApplied: 5, commitIndex: 5, lastLogIndex: 9, durableIndex: 7 };
  const wrong: [Partial<Status>, RegExp][] = [
    [{ snapshotIndex: 6 }, /its snapshot ends at 6, but applied is 5/],
    [{ lastApplied: 6 }, /applied is 6, but committed is 5/],
    [{ commitIndex: 10, lastApplied: 5 }, /committed is 10, but the log ends at 9/],
    [{ durableIndex: 10 }, /durable is 10, but the log ends at 9/],
    [{ terms: [{ term: 2, firstIndex: 11 }] }, /term 2 begin at 11, and what is before that end at 9/],
  ];
  for (const [changes, text] of wrong) {
    const court = new Court();
    court.tell('p1', good);
    t.same(court.broken, []);
    court.tell('p1', { ...good, ...changes });
    t.same(court.broken, ['ownOrder']);
    t.match(court.check('ownOrder').first, { text });
  }
});

t.test('who tells no terms is named by the rules that need them; the others are judged', async (t) => {
  const court = new Court();
  court.log('p1', '1@1', 4, { role: 'leader' });
  const { terms: _terms, ...silent } = statusBody({ lastLogIndex: 4, storage: 'disk' });
  court.ledger.read('p3', silent);
  court.ledger.read('p2', silent);
  t.match(court.check('logMatching'), { state: 'notJudged', why: /^p2, p3 do not tell the terms of the log/ });
  t.equal(court.check('leaderAppendOnly').state, 'holds', 'no leader is silent');
  t.equal(court.check('electionSafety').state, 'holds');
  court.ledger.read('p2', { ...silent, role: 'leader', term: 2 });
  t.match(court.check('leaderAppendOnly'), { state: 'notJudged', why: /^p2 does not/ });
  court.log('p4', '3@1 1@2', 4);
  t.equal(court.check('logMatching').state, 'broken', 'what is seen is seen');
});

t.test('a voter that forgot with its process is no offence, and nor is what comes of it', async (t) => {
  const court = new Court();
  const p1 = { storage: 'memory', term: 3, pid: 1, ...vote('p2') } as const;
  court.log('p2', '1@1 3@4', 6, { role: 'leader', term: 3, commitIndex: 5, storage: 'memory' });
  court.log('p1', '1@1 3@4', 6, { ...p1, commitIndex: 5 });
  court.log('p3', '1@1 2@4', 4, { term: 3, storage: 'memory' });
  court.tell('p1', { storage: 'memory', term: 0, pid: 2 });
  t.same(court.broken, []);
  t.match(court.check('oneVoteATerm'), { state: 'notJudged', why: /^p1 keeps term, vote and log in memory and was/ });
  t.equal(court.check('electionSafety').state, 'holds', 'nothing spoke against it yet');
  court.tell('p1', { storage: 'memory', term: 3, pid: 2, ...vote('p3') });
  court.log('p3', '1@1 2@4 3@5', 5, { role: 'leader', term: 3, commitIndex: 5, storage: 'memory' });
  t.same(court.broken, []);
  t.match(court.check('electionSafety'), { state: 'notJudged', why: /two leaders in term 3.*; but p1 keeps/ });
  t.match(court.check('stateMachineSafety'), { state: 'notJudged', why: /index 4 was committed/ });
  t.same(court.heard, []);
  court.tell('p1', { storage: 'memory', term: 2, pid: 2 });
  t.same(court.broken, ['nothingGoesBack'], 'within one process nothing is forgotten');
});

t.test('a learner in memory forgets without harm', async (t) => {
  const court = new Court();
  const members = { voters: ['p1', 'p2'] as never[], learners: ['p3'] as never[] };
  court.log('p1', '1@1', 5, { role: 'leader', commitIndex: 5, ...members });
  court.log('p3', '1@1', 5, { role: 'learner', storage: 'memory', pid: 1, ...members });
  court.tell('p3', { role: 'learner', storage: 'memory', term: 0, pid: 2 });
  t.ok(court.ledger.view().checks.every(({ state }) => state === 'holds'));
});

t.test('a removed peer may be emptied and added anew; a voter may not', async (t) => {
  const stage = (voters: string[]): Court => {
    const court = new Court();
    court.log('p1', '1@1', 5, { role: 'leader', term: 2, commitIndex: 5, voters: voters as never[] });
    court.log('p3', '1@1', 5, { term: 2, commitIndex: 5, pid: 1 });
    court.tell('p3', { term: 0, pid: 2 });
    return court;
  };
  t.same(stage(['p1', 'p2']).broken, []);
  t.same(stage(['p1', 'p2', 'p3']).broken, ['nothingGoesBack']);
});

t.test('a cluster that was deleted and made anew under its name begins anew', async (t) => {
  const there = new Set<string>();
  const court = new Court({ isThere: (id) => there.has(id) });
  const tell = (id: string, runs: string, last: number, changes: Partial<Status>): void => {
    court.log(id, runs, last, changes);
    there.add(id);
  };
  for (const id of ['p1', 'p2', 'p3']) {
    tell(id, '1@1', 40, {
      pid: 1,
      commitIndex: 40,
      term: 1,
      ...vote('p1'),
      role: id === 'p1' ? 'leader' : 'follower',
    });
  }
  there.clear();
  tell('p2', '', 0, { pid: 2, term: 0 });
  tell('p3', '', 0, { pid: 2, term: 0 });
  tell('p1', '', 0, { pid: 2, term: 0 });
  tell('p2', '1@1', 1, { pid: 2, role: 'leader', term: 1, ...vote('p2') });
  tell('p1', '1@1', 1, { pid: 2, term: 1, ...vote('p2') });
  t.ok(court.ledger.view().checks.every(({ state }) => state === 'holds'));
  there.clear();
  tell('q1', '', 0, { term: 0 });
  tell('q1', '1@1', 1, { term: 1, role: 'leader' });
  t.same(court.broken, [], 'of other peers, too');
  tell('p2', '1@1', 1, { pid: 2, role: 'leader', term: 1 });
  t.same(court.broken, ['electionSafety'], 'and is judged like any other');
});

t.test('what is remembered has a bound', async (t) => {
  const court = new Court();
  for (let term = 1; term <= 3000; term += 1) {
    const id = `p${term % 700}`;
    const source = { process: String(term) };
    court.log(
      id,
      `${term}@${10 * term}`,
      10 * term + 5,
      { term, role: 'leader', commitIndex: 10 * term, ...vote(id) },
      source,
    );
  }
  t.equal(court.ledger.elections, 3000);
  t.same(court.broken, []);
  court.tell('x', { role: 'leader', term: 1 });
  court.tell('x', { role: 'leader', term: 1 });
  t.same(court.broken, [], 'of terms that are long past nobody knows who led them');
  t.equal(court.ledger.elections, 3000);
  court.log('x', '', 0, { role: 'leader', term: 2999 });
  t.same(court.broken, ['electionSafety', 'leaderCompleteness'], 'but of the newest');
});
