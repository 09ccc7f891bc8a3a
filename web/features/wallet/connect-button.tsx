import { lazy, Suspense, useState } from "react";
import { useConnection } from "wagmi";
import { Button, type ButtonProps } from "../../design/button.tsx";
import { useVoice } from "../../language/voice.tsx";

// The dialog is fetched when somebody reaches for it: who is connected already never needs it.
const fetchSheet = () => import("./connect-sheet.tsx");
const ConnectSheet = lazy(fetchSheet);

/** Opens the choice of wallets. */
export function ConnectButton(props: Omit<ButtonProps, "onClick" | "busy">) {
  const { t } = useVoice();
  const { status } = useConnection();
  const [open, setOpen] = useState<boolean>();
  const reconnecting = status === "reconnecting";
  return (
    <>
      <Button
        {...props}
        busy={reconnecting}
        onPointerEnter={() => void fetchSheet()}
        onFocus={() => void fetchSheet()}
        onClick={() => {
          setOpen(true);
        }}
      >
        {reconnecting ? t.wallet.connecting : t.wallet.connect}
      </Button>
      {open !== undefined && (
        <Suspense>
          <ConnectSheet open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  );
}
