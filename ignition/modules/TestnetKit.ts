import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Play money and a yield source for it. Never for a network where money is real. */
export default buildModule("TestnetKit", (m) => {
  const asset = m.contract("FaucetToken", [
    m.getParameter("name", "Test USD"),
    m.getParameter("symbol", "tUSD"),
    m.getParameter("decimals", 6),
    m.getParameter("dripAmount", 1_000_000_000n),
  ]);
  // The default is about 5 % a year.
  const yieldSource = m.contract("TestnetYieldVault", [
    asset,
    m.getParameter("ratePerSecond", 1_585_489_599n),
  ]);
  return { asset, yieldSource };
});
