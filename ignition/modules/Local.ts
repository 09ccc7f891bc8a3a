import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { parseEther } from "viem";
import { DEFAULTS } from "../parameters.ts";
import { deployCircles } from "./deployCircles.ts";
import { deployLottery } from "./deployLottery.ts";
import LocalChainlink, { LOCAL_KEY_HASH } from "./LocalChainlink.ts";
import { testnetModule } from "./Testnet.ts";

/** The whole protocol with play money and with a Chainlink of its own, for local chains. The asset is worth a dollar. */
export const localModule = (deployerIsAdmin: boolean) =>
  buildModule("Local", (m) => {
    const testnet = m.useModule(testnetModule(deployerIsAdmin));
    const { blockhashStore, coordinator } = m.useModule(LocalChainlink);
    const keyHash = LOCAL_KEY_HASH;
    // They look whether the coordinator has its oracle.
    const lottery = deployLottery(m, testnet.vault, { coordinator, keyHash }, [LocalChainlink]);
    const circles = deployCircles(m, testnet.vault, { coordinator, keyHash }, [LocalChainlink]);
    for (const consumer of [lottery, circles]) {
      const subscription = m.staticCall(consumer, "subscription");
      m.call(coordinator, "fundSubscriptionWithNative", [subscription], {
        id: `fund_${consumer.id}`.replaceAll(/[^A-Za-z0-9_]/g, "_"),
        value: parseEther("100"),
      });
    }
    const priceFeed = m.contract("TestnetPriceFeed", [8, m.getParameter("price", DEFAULTS.price)]);
    return { ...testnet, blockhashStore, coordinator, lottery, circles, priceFeed };
  });
