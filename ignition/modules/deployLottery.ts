import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { DEFAULTS } from "../parameters.ts";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = Parameters<Builder["call"]>[0];
type After = NonNullable<NonNullable<Parameters<Builder["call"]>[3]>["after"]>;
type Value = ReturnType<Builder["getParameter"]> | Contract | string;

/** Deploys the lottery over a vault. It has no role and no owner, so that there is nothing to hand over. */
export function deployLottery(
  m: Builder,
  vault: Contract,
  { coordinator, keyHash }: { coordinator: Value; keyHash: Value },
  after: After = [],
) {
  const rules = {
    roundDuration: m.getParameter("roundDuration", DEFAULTS.roundDuration),
    answerTime: m.getParameter("answerTime", DEFAULTS.answerTime),
    minimumPurchase: m.getParameter("minimumPurchase", DEFAULTS.minimumPurchase),
    minimumPrize: m.getParameter("minimumPrize", DEFAULTS.minimumPrize),
  };
  const tiers = [
    { winners: 1, shareBps: 6_000 },
    { winners: 4, shareBps: 4_000 },
  ];
  return m.contract(
    "LotteryPool",
    [
      vault,
      rules,
      tiers,
      {
        coordinator,
        keyHash,
        confirmations: m.getParameter("confirmations", DEFAULTS.confirmations),
        callbackGas: m.getParameter("callbackGas", DEFAULTS.callbackGas),
        nativePayment: m.getParameter("nativePayment", DEFAULTS.nativePayment),
      },
    ],
    { after },
  );
}
