import { useQuery } from "@tanstack/react-query";
import { getBalance, readContract } from "viem/actions";
import { useConfig as useWagmi, useConnection } from "wagmi";
import { deployedAt, LOCAL_CHAIN_ID } from "../../../protocol/deployment.ts";
import { assetAbi } from "../../chain/abis.ts";
import { fillGasPurse, gasMoney } from "../../chain/local-gas.ts";
import { onchain } from "../../chain/onchain.tsx";
import { useReader } from "../../chain/reader.ts";
import { useUnit } from "../../chain/unit.ts";
import { useConfig } from "../../config/context.tsx";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { formatMoney } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import { TransactionStatus } from "../transaction/transaction-status.tsx";
import { useTransact } from "../transaction/transact.ts";
import styles from "./faucet.module.css";

/** Play money for test networks. */
function Faucet() {
  const { t, locale } = useVoice();
  const { deployment, rpcUrl } = useConfig();
  const local = deployment.chainId === LOCAL_CHAIN_ID;
  const { nativeCurrency } = useWagmi().chains[0];
  const reader = useReader();
  const unit = useUnit();
  const { address, chainId } = useConnection();
  const { start, find, busy, entries } = useTransact();
  const asset = { address: deployedAt(deployment, "Asset").address, abi: assetAbi };

  const { data: amount } = useQuery({
    queryKey: ["drip-amount", asset.address],
    staleTime: Infinity,
    queryFn: () => readContract(reader, { ...asset, functionName: "dripAmount" }),
  });
  const { data: gas, refetch: refetchGas } = useQuery({
    queryKey: ["gas", address, entries.length],
    enabled: address !== undefined,
    queryFn: () => (address ? getBalance(reader, { address }) : 0n),
  });

  if (!address || !unit || amount === undefined) return null;
  return (
    <Card aria-labelledby="faucet-title" className={styles.card ?? ""}>
      <div className={styles.row}>
        <div className={styles.text}>
          <h2 id="faucet-title" className={styles.title}>
            {t.faucet.title(unit.symbol)}
          </h2>
          <p>{t.faucet.text(unit.symbol)}</p>
        </div>
        <Button
          look="soft"
          disabled={busy || chainId !== deployment.chainId}
          onClick={() =>
            void start({ kind: "drip", amount, principalBefore: 0n }, () =>
              Promise.resolve({ ...asset, functionName: "drip", args: [address] }),
            )
          }
        >
          {t.faucet.drip(formatMoney(amount, unit, locale, { least: 0 }))}
        </Button>
      </div>
      {entries
        .filter(({ intent }) => intent.kind === "drip")
        .map((entry) => (
          <TransactionStatus key={entry.id} entry={entry} onFind={() => void find(entry.id)} />
        ))}
      <details className={styles.gas} open={gas === 0n}>
        <summary>{t.faucet.gasTitle}</summary>
        <div className={styles.row}>
          <p className={styles.text}>
            {t.faucet.gasText(nativeCurrency.symbol)}{" "}
            {gas !== undefined &&
              t.faucet.gasHave(formatMoney(gas, nativeCurrency, locale, { most: 4 }))}{" "}
            {!local && t.faucet.gasElsewhere}
          </p>
          {local && (
            <Button
              look="soft"
              onClick={() => void fillGasPurse(rpcUrl, address).then(() => refetchGas())}
            >
              {t.faucet.gasFill(formatMoney(gasMoney, nativeCurrency, locale, { least: 0 }))}
            </Button>
          )}
        </div>
      </details>
    </Card>
  );
}

export default onchain(Faucet);
