import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { deployProtocol } from "./deployProtocol.ts";
import TestnetKit from "./TestnetKit.ts";

/** The whole protocol with play money, for local and test networks. */
export default buildModule("Testnet", (m) => {
  const { asset, yieldSource } = m.useModule(TestnetKit);
  return { asset, yieldSource, ...deployProtocol(m, asset, yieldSource) };
});
