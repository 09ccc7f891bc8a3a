import { useId } from "react";
import styles from "./amount-field.module.css";

/** A field for an amount of money, with its unit, what is available, and a way to take all of it. */
export function AmountField({
  label,
  value,
  onChange,
  symbol,
  available,
  max,
  error,
  disabled = false,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  symbol: string;
  available?: string | undefined;
  max: { text: string; label: string; use: () => void } | undefined;
  error?: string | undefined;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className={styles.field}>
      <div className={styles.head}>
        <label htmlFor={id}>{label}</label>
        {available && <span className={styles.available}>{available}</span>}
      </div>
      <div className={styles.box} data-invalid={error !== undefined} data-disabled={disabled}>
        <input
          id={id}
          className={styles.input}
          inputMode="decimal"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          placeholder="0"
          value={value}
          disabled={disabled}
          onChange={(event) => {
            onChange(event.target.value);
          }}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-error`}
        />
        <span className={styles.symbol}>{symbol}</span>
        {max && (
          <button
            type="button"
            className={styles.max}
            onClick={max.use}
            disabled={disabled}
            aria-label={max.label}
          >
            {max.text}
          </button>
        )}
      </div>
      <p id={`${id}-error`} className={styles.error} aria-live="polite">
        {error}
      </p>
    </div>
  );
}
