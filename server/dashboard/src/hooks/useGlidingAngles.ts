import { useEffect, useRef, useState } from 'preact/hooks';
import type { PeerId } from '../../../../shared/ids.ts';
import { wrapped } from '../geometry/ring.ts';
import { prefersStillness } from './prefersStillness.ts';

type Angles = ReadonlyMap<PeerId, number>;

const GLIDE_MS = 450;

/** Angles in radians that glide to where they should be, the shorter way round. Who is new is there at once. */
export function useGlidingAngles(target: Angles): Angles {
  const [current, setCurrent] = useState(target);
  const newest = useRef(current);
  newest.current = current;
  const key = [...target].map(([id, radians]) => `${id} ${radians.toFixed(4)}`).join();

  useEffect(() => {
    const from = newest.current;
    if (prefersStillness()) {
      setCurrent(target);
      return undefined;
    }
    const startMs = performance.now();
    let request = 0;
    const glide = (): void => {
      const share = Math.min(1, (performance.now() - startMs) / GLIDE_MS);
      setCurrent(share === 1 ? target : between(from, target, eased(share)));
      if (share < 1) request = requestAnimationFrame(glide);
    };
    glide();
    return () => cancelAnimationFrame(request);
    // The target is a new object at every rendering; its key says whether it is another one.
  }, [key]);

  // Between a change of membership and the effect that follows it, the old angles lack somebody.
  return [...target.keys()].every((id) => current.has(id)) ? current : target;
}

function between(from: Angles, to: Angles, share: number): Angles {
  return new Map(
    [...to].map(([id, radians]) => {
      const start = from.get(id) ?? radians;
      return [id, start + wrapped(radians - start) * share];
    }),
  );
}

function eased(share: number): number {
  return 1 - (1 - share) ** 3;
}
