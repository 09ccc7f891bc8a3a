import { useEffect, useRef } from "react";
import { useUnit } from "../../chain/unit.ts";
import { useConfig } from "../../config/context.tsx";
import { Button } from "../../design/button.tsx";
import { formatMoney } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import { useLedger } from "../../transactions/context.tsx";
import type { Entry, Intent } from "../../transactions/ledger.ts";
import { hashOf, isBusy, type TransactionState } from "../../transactions/machine.ts";
import { sentenceOf } from "../../transactions/sentences.ts";
import styles from "./transaction-status.module.css";

type Step = "prepare" | "sign" | "send" | "confirmed" | "indexed";

/** The index follows what concerns savings; for the rest the chain has the last word. */
function stepsOf({ kind }: Intent): Step[] {
  switch (kind) {
    case "deposit":
      return ["prepare", "sign", "send", "confirmed", "indexed"];
    case "drip":
      return ["prepare", "send", "confirmed"];
    default:
      return ["prepare", "send", "confirmed", "indexed"];
  }
}

function isDone(intent: Intent, { name }: TransactionState): boolean {
  return name === "indexed" || (name === "confirmed" && !stepsOf(intent).includes("indexed"));
}

/** How far along each state is: the step that is under way, or the one after the last when all is done. */
const stepOf: Readonly<Record<TransactionState["name"], Step | "done">> = {
  idle: "prepare",
  simulating: "prepare",
  signing: "sign",
  approving: "sign",
  sending: "send",
  sent: "confirmed",
  lost: "confirmed",
  confirmed: "indexed",
  indexed: "done",
  rejected: "prepare",
  reverted: "prepare",
  failed: "prepare",
};

/** Where one transaction stands: a cord on which a knot is tied for each step, and a sentence. */
export function TransactionStatus({ entry, onFind }: { entry: Entry; onFind: () => void }) {
  const { t, locale } = useVoice();
  const { explorerUrl } = useConfig();
  const unit = useUnit();
  const ledger = useLedger();
  const { intent, state } = entry;
  const hash = hashOf(state);
  const done = isDone(intent, state);
  const tone = done ? "good" : toneOf(state);
  const sentence = ((): string => {
    if ("problem" in state) return sentenceOf(state.problem, t);
    return done && state.name !== "indexed"
      ? t.transaction.states.done
      : t.transaction.states[state.name];
  })();
  const title = unit && t.transaction.kinds[intent.kind](formatMoney(intent.amount, unit, locale));

  // On a phone the form may fill the screen: what happens next should not happen out of sight.
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, []);

  return (
    <div ref={place} className={styles.status} data-tone={tone}>
      <div className={styles.head}>
        <strong>{title}</strong>
        {!isBusy(state) && (
          <button
            type="button"
            className={styles.dismiss}
            aria-label={t.transaction.dismiss}
            onClick={() => {
              ledger.dismiss(entry.id);
            }}
          >
            <svg width="12" height="12" viewBox="0 0 14 14" aria-hidden="true">
              <path
                d="M2 2l10 10M12 2L2 12"
                stroke="currentColor"
                strokeWidth="2"
                strokeLinecap="round"
              />
            </svg>
          </button>
        )}
      </div>
      {tone !== "bad" && state.name !== "rejected" && <Progress intent={intent} state={state} />}
      <p className={styles.sentence} role={tone === "bad" ? "alert" : "status"}>
        {sentence}
      </p>
      {(state.name === "lost" || (hash && explorerUrl)) && (
        <div className={styles.actions}>
          {state.name === "lost" && (
            <Button look="soft" size="small" onClick={onFind}>
              {t.transaction.check}
            </Button>
          )}
          {hash && explorerUrl && (
            <a href={`${explorerUrl}/tx/${hash}`} target="_blank" rel="noreferrer">
              {t.transaction.explorer}
            </a>
          )}
        </div>
      )}
    </div>
  );
}

function Progress({ intent, state }: { intent: Intent; state: TransactionState }) {
  const { t } = useVoice();
  const steps = stepsOf(intent);
  const current = stepOf[state.name];
  const reached =
    isDone(intent, state) || current === "done" ? steps.length : steps.indexOf(current);
  return (
    <ol className={styles.steps} aria-label={t.transaction.progress}>
      {steps.map((step, index) => (
        <li
          key={step}
          className={styles.step}
          data-step={index < reached ? "done" : index === reached ? "current" : "ahead"}
          {...(index === reached && { "aria-current": "step" })}
        >
          {t.transaction.steps[step]}
        </li>
      ))}
    </ol>
  );
}

function toneOf({ name }: TransactionState): "plain" | "warn" | "bad" {
  switch (name) {
    case "rejected":
    case "lost":
      return "warn";
    case "reverted":
    case "failed":
      return "bad";
    default:
      return "plain";
  }
}
