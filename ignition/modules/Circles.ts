import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { deployCircles } from "./deployCircles.ts";

/** The rotating circles over a vault, with a coordinator of Chainlink's that exists already. */
export default buildModule("Circles", (m) => {
  const vault = m.contractAt("KhipuVault", m.getParameter("vault"));
  const circles = deployCircles(m, vault, {
    coordinator: m.getParameter("coordinator"),
    keyHash: m.getParameter("keyHash"),
  });
  return { circles };
});
