import { useQuery } from "@tanstack/react-query";
import { deployedAt } from "../../../protocol/deployment.ts";
import { vaultAssetsAt } from "../../../protocol/share-price.ts";
import { useUnit } from "../../chain/unit.ts";
import { useConfig } from "../../config/context.tsx";
import { formatMoney, type Unit } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import { useBooks, useChainTime } from "./books.ts";
import { useTicking } from "./ticking.ts";
import styles from "./total.module.css";

/** All that is in the vault, growing. */
export function Total() {
  const { t } = useVoice();
  const unit = useUnit();
  const total = useTotal();
  return (
    <p className={styles.total}>
      <span className={styles.label}>{t.hero.total}</span>
      <span className={`${styles.value ?? ""} figures`} data-testid="total">
        {unit && total !== undefined ? <Growing total={total} unit={unit} /> : "—"}
      </span>
    </p>
  );
}

function Growing({ total, unit }: { total: bigint; unit: Unit }) {
  const { locale } = useVoice();
  return formatMoney(useTicking(total), unit, locale);
}

/** From the vault's books while the page is live, else read from the chain. */
function useTotal(): bigint | undefined {
  const { rpcUrl, deployment } = useConfig();
  const books = useBooks();
  const time = useChainTime();
  const { address } = deployedAt(deployment, "KhipuVault");
  const { data } = useQuery({
    queryKey: ["total", address],
    enabled: books === undefined,
    refetchInterval: 15_000,
    queryFn: async () => {
      const { readTotalAssets } = await import("../../chain/reads.ts");
      return readTotalAssets(rpcUrl, address);
    },
  });
  return books ? vaultAssetsAt(books, time) : data;
}
