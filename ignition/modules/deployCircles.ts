import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { parseEther } from "viem";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = Parameters<Builder["call"]>[0];
type After = NonNullable<NonNullable<Parameters<Builder["call"]>[3]>["after"]>;
type Value = ReturnType<Builder["getParameter"]> | Contract | string;

/** Deploys the rotating circles over a vault. They have no role and no owner, so that there is nothing to hand over. */
export function deployCircles(
  m: Builder,
  vault: Contract,
  { coordinator, keyHash }: { coordinator: Value; keyHash: Value },
  after: After = [],
) {
  const libraries = {
    CircleForming: m.library("CircleForming"),
    RoundSettlement: m.library("RoundSettlement"),
  };
  return m.contract(
    "RotatingPools",
    [
      vault,
      {
        coordinator,
        keyHash,
        confirmations: m.getParameter("confirmations", 3),
        callbackGas: m.getParameter("callbackGas", 100_000),
        nativePayment: m.getParameter("nativePayment", true),
      },
      m.getParameter("drawFee", parseEther("0.01")),
      m.getParameter("answerTime", 24 * 3600),
    ],
    { libraries, after },
  );
}
