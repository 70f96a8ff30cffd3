import { groupName } from '../../model/groups.ts';

interface GroupBadgeProps {
  readonly group: number;
  /** Chosen, and not in force. */
  readonly isDraft: boolean;
  readonly radius: number;
}

/** The letter of a peer's group, at its shoulder. */
export function GroupBadge({ group, isDraft, radius }: GroupBadgeProps) {
  const size = Math.max(9, radius * 0.26);
  return (
    <g
      class="group-badge"
      data-group={group % 6}
      data-draft={isDraft}
      transform={`translate(${radius * 1.26} ${-radius * 0.74})`}
    >
      <circle r={size} />
      <text y={size * 0.38} font-size={size * 1.15}>
        {groupName(group)}
      </text>
    </g>
  );
}
