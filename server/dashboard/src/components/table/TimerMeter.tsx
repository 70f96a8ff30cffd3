import { useRef } from 'preact/hooks';
import type { ElectionTimer } from '../../../../../shared/messages/Status.ts';
import { useFrame } from '../../hooks/useFrame.ts';
import { timerRemainingMs } from '../../model/aging.ts';
import type { SeenPeer } from '../../model/Picture.ts';
import { durationText, TIMER_REASON_WORDS } from '../../model/words.ts';

interface TimerMeterProps {
  readonly peer: SeenPeer;
  readonly timer: ElectionTimer;
}

/** The election timer as a bar and in words: the timeout drawn, and why it was last reset. */
export function TimerMeter({ peer, timer }: TimerMeterProps) {
  const bar = useRef<SVGRectElement>(null);
  useFrame((nowMs) => {
    const share = timer.timeoutMs === 0 ? 0 : timerRemainingMs(peer, timer, nowMs) / timer.timeoutMs;
    bar.current?.setAttribute('width', String(Math.min(48, 48 * share)));
  });
  return (
    <span class="timer-cell">
      <svg class="meter" width="48" height="6" aria-hidden="true">
        <rect class="meter-track" width="48" height="6" rx="3" />
        <rect class="meter-bar" ref={bar} height="6" rx="3" />
      </svg>
      <span class="numbers">{durationText(timer.timeoutMs)}</span>
      <span class="muted">{TIMER_REASON_WORDS[timer.reason]}</span>
    </span>
  );
}
