import type { Question } from '../../model/why/Explanation.ts';
import type { View } from '../../state/Store.ts';

/** Asks a question: the panel "Why" opens beside the ring and answers it. */
export function askWhy(view: View, question: Question): void {
  view.selected.value = { kind: 'question', question };
  view.side.value = 'why';
}
