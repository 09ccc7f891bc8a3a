import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { deployProtocol } from "./deployProtocol.ts";

/** The protocol over an asset and a yield source that exist already. */
export default buildModule("Protocol", (m) => {
  const asset = m.contractAt("IERC20Metadata", m.getParameter("asset"));
  const strategy = m.contractAt("IERC4626", m.getParameter("strategy"));
  return { asset, ...deployProtocol(m, asset, strategy) };
});
