import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { DEFAULTS } from "../parameters.ts";
import { deployProtocol } from "./deployProtocol.ts";
import TestnetKit from "./TestnetKit.ts";

/** Play money earns what anybody sets, in a local world 5 % an hour: as much as the vault can be told to believe. */
const PLAY_GAIN_BPS = 2 ** 32 - 1;

/** The whole protocol with play money, for local and test networks. */
export const testnetModule = (deployerIsAdmin: boolean) =>
  buildModule("Testnet", (m) => {
    const { asset, yieldSource } = m.useModule(TestnetKit);
    const seed = m.getParameter("seed", DEFAULTS.seed);
    const seedFrom = m.call(asset, "mint", [m.getAccount(0), seed], { id: "mintSeed" });
    return {
      asset,
      yieldSource,
      ...deployProtocol(m, {
        asset,
        strategies: [yieldSource],
        seedFrom,
        yearlyGainBps: PLAY_GAIN_BPS,
        deployerIsAdmin,
      }),
    };
  });

export default testnetModule(false);
