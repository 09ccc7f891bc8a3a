import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { deployLottery } from "./deployLottery.ts";

/** The lottery over a vault, with a coordinator of Chainlink's that exists already. Its subscription wants money. */
export default buildModule("Lottery", (m) => {
  const vault = m.contractAt("KhipuVault", m.getParameter("vault"));
  const lottery = deployLottery(m, vault, {
    coordinator: m.getParameter("coordinator"),
    keyHash: m.getParameter("keyHash"),
  });
  return { lottery };
});
