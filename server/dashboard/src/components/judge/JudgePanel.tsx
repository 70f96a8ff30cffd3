import { useDerived } from '../../hooks/useDerived.ts';
import { useStore } from '../../hooks/useStore.ts';
import { GaugeList } from './GaugeList.tsx';
import { Verdicts } from './Verdicts.tsx';

/** Whether what peers tell is as Raft promises, and the numbers that matter. */
export function JudgePanel() {
  const { picture } = useStore();
  // Another object only when a check changed.
  const safety = useDerived(() => picture.value?.safety ?? null, [picture]);
  return (
    <section class="card judge" aria-labelledby="judge-title">
      <Verdicts safety={safety} />
      <GaugeList />
    </section>
  );
}
