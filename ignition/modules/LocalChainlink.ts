import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { parseEther } from "viem";
import { keyHashOf } from "../../protocol/vrf.ts";
import { publicKeyOf } from "../../protocol/local-oracle/proof.ts";
import { LOCAL_ORACLE_SECRET } from "../../protocol/local-oracle/oracle-key.ts";

const publicKey = publicKeyOf(LOCAL_ORACLE_SECRET);

/** The name of the local oracle's key at the coordinator. */
export const LOCAL_KEY_HASH = keyHashOf(publicKey);

/**
 * Chainlink's own VRF coordinator with an oracle whose key everybody knows. Never for a public network: whoever has the
 * key knows every draw beforehand.
 */
export default buildModule("LocalChainlink", (m) => {
  const blockhashStore = m.contract("BlockhashStore");
  const coordinator = m.contract("VRFCoordinatorV2_5", [blockhashStore]);
  const config = {
    minimumRequestConfirmations: 3,
    maxGasLimit: 2_500_000,
    stalenessSeconds: 86_400,
    gasAfterPaymentCalculation: 33_285,
    fallbackWeiPerUnitLink: parseEther("0.005"),
    fulfillmentFlatFeeNativePPM: 0,
    fulfillmentFlatFeeLinkDiscountPPM: 0,
    nativePremiumPercentage: 24,
    linkPremiumPercentage: 20,
  };
  m.call(coordinator, "setConfig", Object.values(config));
  const mostPerGas = parseEther("0.000001");
  m.call(coordinator, "registerProvingKey", [[...publicKey], mostPerGas]);
  return { blockhashStore, coordinator };
});
