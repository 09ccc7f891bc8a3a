import { useState } from "react";
import { useDisconnect } from "wagmi";
import { useConfig } from "../../config/context.tsx";
import { shortAddress } from "../../design/address.ts";
import { AddressKhipu } from "../../design/address-khipu.tsx";
import { Button } from "../../design/button.tsx";
import { Sheet } from "../../design/sheet.tsx";
import { useVoice } from "../../language/voice.tsx";
import styles from "./account.module.css";

/** What one can do with the connected account. */
export default function AccountSheet({
  address,
  open,
  onOpenChange,
}: {
  address: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { t } = useVoice();
  const { explorerUrl } = useConfig();
  const { mutate: disconnect } = useDisconnect();
  const [copied, setCopied] = useState(false);

  const change = (next: boolean) => {
    setCopied(false);
    onOpenChange(next);
  };

  return (
    <Sheet
      open={open}
      onOpenChange={change}
      title={t.wallet.account(shortAddress(address))}
      closeLabel={t.wallet.close}
    >
      <div className={styles.card}>
        <AddressKhipu address={address} size={72} />
        <code className={styles.address}>{address}</code>
      </div>
      <div className={styles.actions}>
        <Button
          look="soft"
          onClick={() => {
            void navigator.clipboard.writeText(address).then(() => {
              setCopied(true);
            });
          }}
        >
          <span aria-live="polite">{copied ? t.wallet.copied : t.wallet.copy}</span>
        </Button>
        {explorerUrl && (
          <a
            className={styles.link}
            href={`${explorerUrl}/address/${address}`}
            target="_blank"
            rel="noreferrer"
          >
            {t.wallet.explorer}
          </a>
        )}
        <Button
          look="plain"
          onClick={() => {
            disconnect();
            change(false);
          }}
        >
          {t.wallet.disconnect}
        </Button>
      </div>
    </Sheet>
  );
}
