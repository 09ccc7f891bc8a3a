import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

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
    roundDuration: m.getParameter("roundDuration", 7 * 24 * 3600),
    answerTime: m.getParameter("answerTime", 24 * 3600),
    minimumPurchase: m.getParameter("minimumPurchase", 1_000_000n),
    minimumPrize: m.getParameter("minimumPrize", 1_000_000n),
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
        confirmations: m.getParameter("confirmations", 3),
        callbackGas: m.getParameter("callbackGas", 100_000),
        nativePayment: m.getParameter("nativePayment", true),
      },
    ],
    { after },
  );
}
