import type { Role } from '../../../../shared/messages/Status.ts';
import { type Ellipse, pointAt, type Stretch } from './ring.ts';

/**
 * The outline of a peer's body by its role, around the origin, as an SVG path. Told apart without colour: a follower is
 * round, a leader six-sided, whoever asks for votes stands on a corner, a learner is square.
 */
export function bodyOf(role: Role | null, radius: number): string {
  switch (role) {
    case 'leader':
      return polygon(6, radius * 1.06, Math.PI / 6);
    case 'candidate':
    case 'preCandidate':
      return polygon(4, radius * 1.12, 0);
    case 'learner':
      return polygon(4, radius * 1.16, Math.PI / 4);
    case 'follower':
    case null:
      return circle(radius);
  }
}

/** A band along the ring, as the path of its middle line; for a single peer a dot, which round caps make a disc. */
export function bandOf(ring: Ellipse, { fromRadians, toRadians }: Stretch): string {
  const from = pointAt(ring, fromRadians);
  const to = pointAt(ring, toRadians + 1e-3);
  const isLarge = toRadians - fromRadians > Math.PI ? 1 : 0;
  const radii = `${ring.radiusX.toFixed(1)} ${ring.radiusY.toFixed(1)}`;
  return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}A${radii} 0 ${isLarge} 1 ${to.x.toFixed(2)} ${to.y.toFixed(2)}`;
}

/** A crown that stands on the origin, that wide. */
export function crownPath(width: number): string {
  const height = width * 0.62;
  const x = (share: number) => (share * width).toFixed(1);
  const y = (share: number) => (-share * height).toFixed(1);
  const points = [
    [-0.42, 0],
    [-0.5, 0.78],
    [-0.24, 0.4],
    [0, 1],
    [0.24, 0.4],
    [0.5, 0.78],
    [0.42, 0],
  ] as const;
  return `M${points.map(([across, up]) => `${x(across)} ${y(up)}`).join('L')}Z`;
}

function polygon(corners: number, radius: number, turn: number): string {
  const points = Array.from({ length: corners }, (_, index) => {
    const radians = turn + (2 * Math.PI * index) / corners;
    return `${(radius * Math.cos(radians)).toFixed(1)} ${(radius * Math.sin(radians)).toFixed(1)}`;
  });
  return `M${points.join('L')}Z`;
}

function circle(radius: number): string {
  const r = radius.toFixed(1);
  return `M-${r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 -${r} 0Z`;
}
