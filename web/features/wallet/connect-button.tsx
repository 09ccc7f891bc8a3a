import { useState } from "react";
import { useConnection } from "wagmi";
import { Button, type ButtonProps } from "../../design/button.tsx";
import { useVoice } from "../../language/voice.tsx";
import { ConnectSheet } from "./connect-sheet.tsx";

/** Opens the choice of wallets. */
export function ConnectButton(props: Omit<ButtonProps, "onClick" | "busy">) {
  const { t } = useVoice();
  const { status } = useConnection();
  const [open, setOpen] = useState(false);
  const reconnecting = status === "reconnecting";
  return (
    <>
      <Button
        {...props}
        busy={reconnecting}
        onClick={() => {
          setOpen(true);
        }}
      >
        {reconnecting ? t.wallet.connecting : t.wallet.connect}
      </Button>
      <ConnectSheet open={open} onOpenChange={setOpen} />
    </>
  );
}
