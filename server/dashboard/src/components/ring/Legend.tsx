import type { ComponentChildren } from 'preact';
import type { Role } from '../../../../../shared/messages/Status.ts';
import { ROLE_WORDS } from '../../../../../shared/roleWords.ts';
import { FLIGHT_MS } from '../../model/frames/Flights.ts';
import { FRAME_KINDS, KIND_WORDS } from '../../model/frames/kinds.ts';
import { CROWDED_PER_SECOND } from '../../model/frames/LinkCounts.ts';
import { CrownIcon } from '../CrownIcon.tsx';
import { RoleIcon } from '../RoleIcon.tsx';
import { FrameSign } from './FrameSign.tsx';

const ROLES: readonly Role[] = ['follower', 'preCandidate', 'candidate', 'learner'];
/** Narrower than this it begins folded: it would take what the ring has. */
const OPEN_FROM = '(width >= 1100px) and (height >= 900px)';

/** What the shapes mean, folded at the foot of the ring. */
export function Legend() {
  return (
    <details class="legend" open={window.matchMedia(OPEN_FROM).matches}>
      <summary>Legend</summary>
      <ul aria-label="Legend">
        <PeerSigns />
        <FrameSigns />
        <FateSigns />
      </ul>
      <p>
        A frame that is delivered at once takes microseconds, and is drawn for {FLIGHT_MS} ms; a delayed one is where
        the relay has it. A link with more than {CROWDED_PER_SECOND} a second shows rates.
      </p>
    </details>
  );
}

function PeerSigns() {
  return (
    <>
      <li>
        <CrownIcon kind="full" size={16} /> leads
      </li>
      <li>
        <CrownIcon kind="hollow" size={16} /> believes it leads
      </li>
      {ROLES.map((role) => (
        <li key={role}>
          <RoleIcon role={role} /> {ROLE_WORDS[role]}
        </li>
      ))}
      <li>
        <svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
          <circle class="timer-track" r="6.5" />
          <circle class="timer-arc" r="6.5" pathLength={1} stroke-dasharray="0.7 1" transform="rotate(-90)" />
        </svg>
        election timer
      </li>
    </>
  );
}

function FrameSigns() {
  return (
    <>
      {FRAME_KINDS.filter((kind) => kind !== 'client').map((kind) => (
        <li key={kind}>
          <FrameSign kind={kind} type="" isRefusal={false} /> {KIND_WORDS[kind]}
        </li>
      ))}
      <li>
        <FrameSign kind="vote" type="RequestVoteReply" isRefusal={false} /> reply
      </li>
      <li>
        <FrameSign kind="vote" type="RequestVoteReply" isRefusal={true} /> reply: no
      </li>
    </>
  );
}

const RAYS =
  'M3 1.2L6.5 2.7M1.2 3L2.7 6.5M-1.2 3L-2.7 6.5M-3 1.2L-6.5 2.7M-3-1.2L-6.5-2.7M-1.2-3L-2.7-6.5M1.2-3L2.7-6.5M3-1.2L6.5-2.7';

function FateSigns() {
  const dot = (x: number) => <circle class="fate-dot" cx={x} r="3" />;
  const sign = (name: string, children: ComponentChildren) => (
    <li key={name}>
      <svg class="fate-sign" width="20" height="18" viewBox="-10 -9 20 18" aria-hidden="true">
        {children}
      </svg>{' '}
      {name}
    </li>
  );
  return (
    <>
      {sign(
        'delayed',
        <>
          {dot(0)}
          <circle class="fate-ring" r="6.5" stroke-dasharray="2.6 2.6" />
        </>,
      )}
      {sign(
        'held',
        <>
          {dot(0)}
          <circle class="fate-ring" r="6.5" />
        </>,
      )}
      {sign(
        'duplicated',
        <>
          {dot(-4)}
          {dot(4)}
        </>,
      )}
      {sign('dropped', <path class="fate-burst" d={RAYS} />)}
    </>
  );
}
