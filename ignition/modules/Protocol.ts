import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { deployProtocol } from "./deployProtocol.ts";

/** The protocol over an asset and yield sources that exist already: the parameters `strategy1`, `strategy2` and so on. */
export const protocolModule = (strategies: number, deployerIsAdmin: boolean) =>
  buildModule("Protocol", (m) => {
    const asset = m.contractAt("IERC20Metadata", m.getParameter("asset"));
    const addresses = Array.from({ length: strategies }, (_, index) =>
      m.getParameter(`strategy${index + 1}`),
    );
    return { asset, ...deployProtocol(m, { asset, strategies: addresses, deployerIsAdmin }) };
  });
