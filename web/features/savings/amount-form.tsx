import { type ReactNode, useState } from "react";
import { AmountField } from "../../design/amount-field.tsx";
import { Button } from "../../design/button.tsx";
import { editableAmount, formatMoney, parseAmount, type Unit } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import styles from "./savings.module.css";

/** An amount, checked as it is typed, and the button that acts on it. */
export function AmountForm({
  unit,
  max,
  available,
  refuse,
  verb,
  action,
  busy,
  disabled,
  onSubmit,
  children,
}: {
  unit: Unit;
  max: bigint;
  /** the line that says how much there is */
  available: string;
  /** why this amount cannot be, if it cannot */
  refuse: (amount: bigint) => string | undefined;
  /** the button's text without an amount, and with one */
  verb: string;
  action: (amount: string) => string;
  busy: boolean;
  disabled: boolean;
  onSubmit: (amount: bigint) => void;
  children?: ReactNode;
}) {
  const { t, locale } = useVoice();
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);

  const parsed = parseAmount(text, unit.decimals, locale);
  const refusal = parsed.ok ? refuse(parsed.value) : undefined;
  const error = ((): string | undefined => {
    if (parsed.ok) return refusal;
    // An empty field is not a mistake until it is sent.
    if (!tried && (parsed.problem === "empty" || parsed.problem === "zero")) return undefined;
    return parsed.problem === "precise"
      ? t.amount.precise(unit.decimals)
      : t.amount[parsed.problem];
  })();

  return (
    <form
      noValidate
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!parsed.ok || refusal !== undefined) return;
        onSubmit(parsed.value);
        setText("");
        setTried(false);
      }}
    >
      <AmountField
        label={t.savings.amount}
        value={text}
        onChange={setText}
        symbol={unit.symbol}
        available={available}
        error={error}
        disabled={busy || disabled}
        max={{
          text: t.savings.max,
          label: t.savings.useMax(formatMoney(max, unit, locale)),
          use: () => {
            setText(editableAmount(max, unit.decimals, locale));
          },
        }}
      />
      <Button
        type="submit"
        size="large"
        busy={busy}
        disabled={disabled}
        className={styles.submit ?? ""}
      >
        {parsed.ok
          ? action(formatMoney(parsed.value, unit, locale, { least: 0, most: unit.decimals }))
          : verb}
      </Button>
      {children}
    </form>
  );
}
