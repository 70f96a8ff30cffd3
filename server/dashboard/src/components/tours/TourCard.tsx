import { useStore } from '../../hooks/useStore.ts';
import type { TourDeedOutcome, TourDeedState, TourState, TourWait } from '../../model/tours/TourState.ts';
import { TourAnswer } from './TourAnswer.tsx';
import { TourButtons } from './TourButtons.tsx';
import { TourLogs } from './TourLogs.tsx';
import { useTourSight } from './useTourSight.ts';

const PHASES: Readonly<Record<TourState['phase'], string>> = {
  preparing: 'is made ready',
  doing: 'under way',
  reached: 'done',
  failed: 'came out otherwise',
  leaving: 'everything is put back',
};

const OUTCOMES: Readonly<Record<TourDeedOutcome, string>> = {
  underWay: 'under way',
  done: 'done',
  failedAsMeant: 'no answer, as it should be',
};

/** One step of a guided tour: what happens, what is waited for, then what there is to see, and the way on. */
export function TourCard({ tour }: { readonly tour: TourState }) {
  const { may } = useStore();
  const { step, of, phase, text, deeds, waits, isLate, trouble, look } = tour;
  useTourSight(tour);
  return (
    <section class="card tour-card" aria-labelledby="tour-title" data-phase={phase}>
      <div class="tour-head">
        <h2 id="tour-title">{tour.tour}</h2>
        <p class="muted">{step === 0 ? PHASES[phase] : `step ${step} of ${of}, ${PHASES[phase]}`}</p>
      </div>
      <div class="tour-words" aria-live="polite">
        <p class="tour-text">{text}</p>
        {look !== null && <p class="tour-look">{look.text}</p>}
        {look !== null && look.question !== null && <TourAnswer question={look.question} />}
        {trouble !== null && <p class="refusal">{`This came out otherwise than it should. ${trouble}`}</p>}
      </div>
      {look?.panel === 'log' && <TourLogs selection={look.selection} />}
      {deeds.length > 0 && <Deeds deeds={deeds} />}
      {waits.length > 0 && <Waits {...{ waits, isLate }} />}
      {may.value === 'everything' && <TourButtons tour={tour} />}
    </section>
  );
}

function Deeds({ deeds }: { readonly deeds: readonly TourDeedState[] }) {
  return (
    <ul class="tour-deeds" aria-label="What the page did for it">
      {deeds.map(({ label, outcome }, at) => (
        <li key={at} data-done={outcome !== 'underWay'}>
          {`${label}: ${OUTCOMES[outcome]}`}
        </li>
      ))}
    </ul>
  );
}

function Waits({ waits, isLate }: { readonly waits: readonly TourWait[]; readonly isLate: boolean }) {
  return (
    <div class="tour-waits">
      <p class="muted">{isLate ? 'This takes longer than usual. Still waiting for:' : 'Waiting for:'}</p>
      <ul>
        {waits.map(({ text, isTrue, seen }) => (
          <li key={text} data-true={isTrue}>
            <b>{text}</b>
            <span class="muted">{isTrue ? ' - so it is' : ` - now: ${seen}`}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
