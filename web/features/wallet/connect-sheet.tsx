import { useConfig as useWagmi, useConnect, useConnectors } from "wagmi";
import { Mark } from "../../design/mark.tsx";
import { Notice } from "../../design/notice.tsx";
import { Sheet } from "../../design/sheet.tsx";
import { useVoice } from "../../language/voice.tsx";
import { explain } from "../../transactions/explain.ts";
import { sentenceOf } from "../../transactions/sentences.ts";
import styles from "./connect-sheet.module.css";

/** The wallets that announced themselves in this browser (EIP-6963); nobody else is asked. */
export default function ConnectSheet({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { t } = useVoice();
  const connectors = useConnectors();
  const symbol = useWagmi().chains[0].nativeCurrency.symbol;
  const { mutate: connect, isPending, variables, error, reset } = useConnect();

  const change = (next: boolean) => {
    reset();
    onOpenChange(next);
  };

  return (
    <Sheet
      open={open}
      onOpenChange={change}
      title={t.wallet.title}
      intro={t.wallet.intro}
      closeLabel={t.wallet.close}
    >
      {connectors.length === 0 ? (
        <div className={styles.none}>
          <Mark size={48} />
          <strong>{t.wallet.noneTitle}</strong>
          <p>{t.wallet.noneText}</p>
        </div>
      ) : (
        <ul className={styles.wallets}>
          {connectors.map((connector) => {
            const asked = isPending && variables.connector === connector;
            return (
              <li key={connector.uid}>
                <button
                  type="button"
                  className={styles.wallet}
                  disabled={isPending}
                  aria-busy={asked}
                  onClick={() => {
                    connect(
                      { connector },
                      {
                        onSuccess: () => {
                          change(false);
                        },
                      },
                    );
                  }}
                >
                  {connector.icon ? (
                    <img className={styles.icon} src={connector.icon} alt="" />
                  ) : (
                    <span className={styles.icon} aria-hidden="true" />
                  )}
                  <span>{connector.name}</span>
                  {asked && (
                    <span className={styles.asked}>{t.wallet.openWallet(connector.name)}</span>
                  )}
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {error && (
        <Notice tone="bad" live>
          {sentenceOf(explain(error, [], symbol), t)}
        </Notice>
      )}
    </Sheet>
  );
}
