interface FaultSliderProps {
  readonly text: string;
  readonly max: number;
  readonly step?: number;
  readonly value: number;
  /** The value in words. */
  readonly says: string;
  readonly onMove: (value: number) => void;
  /** The hand let go of it. */
  readonly onEnd: () => void;
}

export function FaultSlider({ text, max, step = 1, value, says, onMove, onEnd }: FaultSliderProps) {
  return (
    <label class="fault-slider">
      <span>{text}</span>
      <input
        type="range"
        min={0}
        {...{ max, step, value }}
        aria-valuetext={says}
        onInput={({ currentTarget }) => onMove(currentTarget.valueAsNumber)}
        onPointerUp={onEnd}
        onBlur={onEnd}
      />
      <output class="numbers">{says}</output>
    </label>
  );
}
