import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { deployedAt } from "../../../protocol/deployment.ts";
import { useUnit } from "../../chain/unit.ts";
import { useConfig } from "../../config/context.tsx";
import { formatMoney, type Unit } from "../../language/amounts.ts";
import { useVoice } from "../../language/voice.tsx";
import { useLiveBus } from "../../live/context.tsx";
import { useTicking } from "./ticking.ts";
import styles from "./total.module.css";

/** All that is in the vault, growing. */
export function Total() {
  const { t } = useVoice();
  const { rpcUrl, deployment } = useConfig();
  const bus = useLiveBus();
  const queries = useQueryClient();
  const unit = useUnit();
  const { address } = deployedAt(deployment, "KhipuVault");

  useEffect(
    () => bus.onEvent(() => void queries.invalidateQueries({ queryKey: ["total"] })),
    [bus, queries],
  );

  const { data } = useQuery({
    queryKey: ["total", address],
    refetchInterval: 30_000,
    queryFn: async () => {
      const { readTotalAssets } = await import("../../chain/reads.ts");
      return readTotalAssets(rpcUrl, address);
    },
  });

  return (
    <p className={styles.total}>
      <span className={styles.label}>{t.hero.total}</span>
      <span className={`${styles.value ?? ""} figures`} data-testid="total">
        {unit && data !== undefined ? <Growing total={data} unit={unit} /> : "\u00a0"}
      </span>
    </p>
  );
}

function Growing({ total, unit }: { total: bigint; unit: Unit }) {
  const { locale } = useVoice();
  return formatMoney(useTicking(total), unit, locale);
}
