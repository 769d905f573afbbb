/** Fields of forms, each with its label. */
import type { JSX } from 'preact';

/** Of {@link Choice}. */
export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly of: readonly T[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** A choice among a few values. */
export function Choice<T extends string>({ label, of, value, onChange }: ChoiceProps<T>): JSX.Element {
  return (
    <label>
      <span>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value as T);
        }}
      >
        {of.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Of {@link NumberField}. */
export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

/** A field for a whole number; the browser refuses others when the form is sent. */
export function NumberField({ label, value, min, max, onChange }: NumberFieldProps): JSX.Element {
  return (
    <label>
      <span>{label}</span>
      <input
        type="number"
        required
        min={min}
        max={max}
        value={value}
        onInput={({ currentTarget }) => {
          if (currentTarget.value !== '') onChange(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}
