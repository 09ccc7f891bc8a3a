import { useState } from "react";
import { useConnection, useDisconnect } from "wagmi";
import { onchain } from "../../chain/onchain.tsx";
import { useConfig } from "../../config/context.tsx";
import { shortAddress } from "../../design/address.ts";
import { AddressKhipu } from "../../design/address-khipu.tsx";
import { Button } from "../../design/button.tsx";
import { Sheet } from "../../design/sheet.tsx";
import { useVoice } from "../../language/voice.tsx";
import styles from "./account.module.css";
import { ConnectButton } from "./connect-button.tsx";

/** The corner of the page that says who you are: connects, and then shows the account. */
function Account() {
  const { address } = useConnection();
  return address ? <AccountMenu address={address} /> : <ConnectButton size="small" />;
}

function AccountMenu({ address }: { address: string }) {
  const { t } = useVoice();
  const { explorerUrl } = useConfig();
  const { mutate: disconnect } = useDisconnect();
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState(false);

  const change = (next: boolean) => {
    setCopied(false);
    setOpen(next);
  };

  return (
    <>
      <button
        type="button"
        className={styles.account}
        aria-haspopup="dialog"
        aria-label={t.wallet.account(shortAddress(address))}
        onClick={() => {
          change(true);
        }}
      >
        <AddressKhipu address={address} size={22} />
        <span>{shortAddress(address)}</span>
      </button>
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
    </>
  );
}

export default onchain(Account);
