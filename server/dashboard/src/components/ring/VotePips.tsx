import type { Count, Vote } from '../../model/votes.ts';

interface VotePipsProps {
  readonly count: Count;
  readonly radius: number;
}

const MARKS: Readonly<Record<Vote['answer'], string>> = {
  granted: 'M-3 0L-1 2.5L3.2-2.6',
  refused: 'M-2.6-2.6L2.6 2.6M-2.6 2.6L2.6-2.6',
  pending: '',
};

/** One mark for each voter, over the head of whoever asks: a tick for yes, a cross for no, empty for no answer yet. */
export function VotePips({ count, radius }: VotePipsProps) {
  // Leaves the corner at the right to the group's badge; of many voters the marks are small, and never cover each other.
  const step = Math.min(0.3, 1.5 / Math.max(1, count.votes.length));
  const size = Math.min(8, Math.max(5, radius * 0.17), (radius * 1.28 + 9) * step * 0.46);
  const distance = radius * 1.28 + size + 6;
  return (
    <g class="votes">
      {count.votes.map(({ voter, answer }, index) => {
        const radians = -Math.PI / 2 + (index - (count.votes.length - 1) / 2) * step;
        const [x, y] = [distance * Math.cos(radians), distance * Math.sin(radians)];
        return (
          <g key={voter} class="vote" data-answer={answer} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
            <circle r={size} />
            <path d={MARKS[answer]} transform={`scale(${(size / 6).toFixed(2)})`} />
          </g>
        );
      })}
    </g>
  );
}
