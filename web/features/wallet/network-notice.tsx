import { useConfig as useWagmi, useConnection, useSwitchChain } from "wagmi";
import { Button } from "../../design/button.tsx";
import { Notice } from "../../design/notice.tsx";
import { useVoice } from "../../language/voice.tsx";
import { explain } from "../../transactions/explain.ts";
import { sentenceOf } from "../../transactions/sentences.ts";

/** Asks the wallet to come over, adding the network to it where it does not know it. */
export function NetworkNotice() {
  const { t } = useVoice();
  const chain = useWagmi().chains[0];
  const { chainId, status } = useConnection();
  const { mutate: switchChain, isPending, error } = useSwitchChain();
  if (status !== "connected" || chainId === chain.id) return null;
  return (
    <Notice
      tone="warn"
      live
      title={t.wallet.wrongNetworkTitle}
      actions={
        <Button
          size="small"
          busy={isPending}
          onClick={() => {
            switchChain({ chainId: chain.id });
          }}
        >
          {isPending ? t.wallet.switching : t.wallet.switchNetwork(chain.name)}
        </Button>
      }
    >
      {error
        ? sentenceOf(explain(error, [], chain.nativeCurrency.symbol), t)
        : t.wallet.wrongNetworkText(chain.name)}
    </Notice>
  );
}
