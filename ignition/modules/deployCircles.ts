import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { DEFAULTS } from "../parameters.ts";

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
        confirmations: m.getParameter("confirmations", DEFAULTS.confirmations),
        callbackGas: m.getParameter("callbackGas", DEFAULTS.callbackGas),
        nativePayment: m.getParameter("nativePayment", DEFAULTS.nativePayment),
      },
      m.getParameter("drawFee", DEFAULTS.drawFee),
      m.getParameter("answerTime", DEFAULTS.answerTime),
    ],
    { libraries, after },
  );
}
