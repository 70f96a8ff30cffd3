import { behind, lost, timer } from './behind.ts';
import { cannotCommit } from './cannotCommit.ts';
import { notElected, refused, whyThisLeader } from './elected.ts';
import type { Explanation, Question } from './Explanation.ts';
import type { Facts } from './Facts.ts';
import { noLeader } from './noLeader.ts';
import { notCommitted } from './notCommitted.ts';
import { steppedDown } from './steppedDown.ts';
import { vanished } from './vanished.ts';

/** The answer to a question, derived from what the feed told and nothing else. */
export function explain(question: Question, facts: Facts): Explanation {
  switch (question.ask) {
    case 'noLeader':
      return noLeader(facts);
    case 'whyThisLeader':
      return whyThisLeader(facts);
    case 'notElected':
      return notElected(facts, question.peer);
    case 'notCommitted':
      return notCommitted(facts, question.peer, question.index);
    case 'cannotCommit':
      return cannotCommit(facts, question.peer);
    case 'steppedDown':
      return steppedDown(facts, question.peer);
    case 'vanished':
      return vanished(facts, question.index, question.term);
    case 'refused':
      return refused(facts, question.voter, question.candidate);
    case 'lost':
      return lost(facts, question.seq);
    case 'behind':
      return behind(facts, question.peer);
    case 'timer':
      return timer(facts, question.peer);
  }
}
