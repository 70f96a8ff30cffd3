import { useRef } from 'preact/hooks';
import { useFrame } from '../../hooks/useFrame.ts';
import { electionTimerOf, timerRemainingMs } from '../../model/aging.ts';
import type { SeenPeer } from '../../model/Picture.ts';

interface TimerArcProps {
  readonly peer: SeenPeer;
  readonly radius: number;
}

/**
 * What is left of the election timer, clockwise from the top. The whole circle is the longest timeout that the cluster
 * draws, so that arcs can be compared: the shortest stands for election first. The tick is the timeout drawn.
 */
export function TimerArc({ peer, radius }: TimerArcProps) {
  const arc = useRef<SVGCircleElement>(null);
  const timer = electionTimerOf(peer);
  const wholeMs = peer.view.status?.electionTimeoutMsMax ?? 0;
  useFrame((nowMs) => {
    if (arc.current === null || timer === null) return;
    const share = Math.min(1, timerRemainingMs(peer, timer, nowMs) / wholeMs);
    arc.current.setAttribute('stroke-dasharray', `${share.toFixed(4)} 1`);
  });
  if (timer === null || wholeMs <= 0) return null;
  const drawn = Math.min(1, timer.timeoutMs / wholeMs) * 360;
  return (
    <g class="timer">
      <circle class="timer-track" r={radius} />
      <circle class="timer-arc" ref={arc} r={radius} pathLength={1} transform="rotate(-90)" />
      <line class="timer-tick" y1={-radius - 4} y2={-radius + 4} transform={`rotate(${drawn.toFixed(1)})`} />
    </g>
  );
}
