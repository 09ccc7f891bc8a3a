import { lazy, Suspense, useState } from "react";
import { useConnection } from "wagmi";
import { onchain } from "../../chain/onchain.tsx";
import { shortAddress } from "../../design/address.ts";
import { AddressKhipu } from "../../design/address-khipu.tsx";
import { useVoice } from "../../language/voice.tsx";
import styles from "./account.module.css";
import { ConnectButton } from "./connect-button.tsx";

const fetchSheet = () => import("./account-sheet.tsx");
const AccountSheet = lazy(fetchSheet);

/** The corner of the page that says who you are: connects, and then shows the account. */
function Account() {
  const { address } = useConnection();
  return address ? <AccountMenu address={address} /> : <ConnectButton size="small" />;
}

function AccountMenu({ address }: { address: string }) {
  const { t } = useVoice();
  const [open, setOpen] = useState<boolean>();
  return (
    <>
      <button
        type="button"
        className={styles.account}
        aria-haspopup="dialog"
        aria-label={t.wallet.account(shortAddress(address))}
        onPointerEnter={() => void fetchSheet()}
        onFocus={() => void fetchSheet()}
        onClick={() => {
          setOpen(true);
        }}
      >
        <AddressKhipu address={address} size={22} />
        <span>{shortAddress(address)}</span>
      </button>
      {open !== undefined && (
        <Suspense>
          <AccountSheet address={address} open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  );
}

export default onchain(Account);
