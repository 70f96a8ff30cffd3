import { useStore } from '../../hooks/useStore.ts';
import type { Question } from '../../model/why/Explanation.ts';
import { explain } from '../../model/why/explain.ts';
import { questionText } from '../../model/why/questions.ts';
import { askWhy } from '../why/askWhy.ts';
import { useFacts } from '../why/useFacts.ts';

/** A question that a step leads to, answered by what the feed told; the whole chain stands in the panel "Why". */
export function TourAnswer({ question }: { readonly question: Question }) {
  const { view } = useStore();
  const facts = useFacts();
  if (facts === null) return null;
  return (
    <p class="tour-answer">
      <button type="button" class="small" onClick={() => askWhy(view, question)}>
        {questionText(question, facts.picture)}
      </button>{' '}
      {explain(question, facts).answer}
    </p>
  );
}
