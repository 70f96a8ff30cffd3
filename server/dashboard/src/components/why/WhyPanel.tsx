import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../../hooks/useStore.ts';
import { explain } from '../../model/why/explain.ts';
import type { Explanation, Question } from '../../model/why/Explanation.ts';
import { keyOf, questionsFor, questionText } from '../../model/why/questions.ts';
import type { Selection } from '../../model/Selection.ts';
import { askWhy } from './askWhy.ts';
import { ExplanationView } from './ExplanationView.tsx';
import { useFacts } from './useFacts.ts';

/** Asks why, and is told by what the feed told. */
export function WhyPanel() {
  const { view } = useStore();
  const facts = useFacts();
  const asked = useAsked();
  if (facts === null) return null;
  const offered = questionsFor(facts, view.selected.value);
  const question = asked ?? offered[0] ?? { ask: 'noLeader' };
  return (
    <section class="card why" aria-labelledby="why-title">
      <h2 id="why-title">{questionText(question, facts.picture)}</h2>
      <Answer explanation={explain(question, facts)} question={question} />
      <Offers
        {...{ offered, question }}
        textOf={(one) => questionText(one, facts.picture)}
        onAsk={(one) => askWhy(view, one)}
      />
    </section>
  );
}

interface AnswerProps {
  readonly explanation: Explanation;
  readonly question: Question;
}

function Answer({ explanation, question }: AnswerProps) {
  const { view, announce } = useStore();
  const key = keyOf(question);
  const told = useRef('');
  useEffect(() => {
    // Once for each question: its numbers change all the time.
    if (told.current !== key) announce(explanation.answer);
    told.current = key;
  }, [key]);
  const show = (evidence: Selection): void => {
    view.selected.value = evidence;
    if (evidence.kind === 'entry') view.below.value = 'log';
  };
  return <ExplanationView {...{ explanation }} onEvidence={show} />;
}

interface OffersProps {
  readonly offered: readonly Question[];
  readonly question: Question;
  readonly textOf: (question: Question) => string;
  readonly onAsk: (question: Question) => void;
}

function Offers({ offered, question, textOf, onAsk }: OffersProps) {
  const others = offered.filter((one) => keyOf(one) !== keyOf(question));
  if (others.length === 0) return null;
  return (
    <nav class="why-offers" aria-label="Further questions">
      <h3>Also worth asking</h3>
      <ul>
        {others.map((one) => (
          <li key={keyOf(one)}>
            <button type="button" class="small" onClick={() => onAsk(one)}>
              {textOf(one)}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The last question that was selected: it stays while somebody looks at what its answer points to. */
function useAsked(): Question | null {
  const { view } = useStore();
  const { value: selected } = view.selected;
  const asked = useSignal<Question | null>(null);
  if (selected?.kind === 'question' && asked.peek() !== selected.question) asked.value = selected.question;
  return asked.value;
}
