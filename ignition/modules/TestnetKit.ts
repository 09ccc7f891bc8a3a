import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { DEFAULTS } from "../parameters.ts";

/** Play money and a yield source for it. Never for a network where money is real. */
export default buildModule("TestnetKit", (m) => {
  const asset = m.contract("FaucetToken", [
    m.getParameter("name", DEFAULTS.name),
    m.getParameter("symbol", DEFAULTS.symbol),
    m.getParameter("decimals", DEFAULTS.decimals),
    m.getParameter("dripAmount", DEFAULTS.dripAmount),
  ]);
  const yieldSource = m.contract("TestnetYieldVault", [
    asset,
    m.getParameter("ratePerSecond", DEFAULTS.ratePerSecond),
  ]);
  return { asset, yieldSource };
});
