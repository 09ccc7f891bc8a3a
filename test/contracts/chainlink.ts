import { parseEther } from "viem";
import { keyHashOf } from "../../protocol/vrf.ts";
import { commitmentOf, coordinatorAbi } from "../../protocol/vrf-coordinator.ts";
import { prove, publicKeyOf } from "../../protocol/local-oracle/proof.ts";
import type { World } from "./world.ts";

export const ORACLE_KEY = 0x5eed_0f_0ca1n;
const CONFIRMATIONS = 3;

/** Chainlink's own coordinator on the world's chain, with an oracle whose key the tests know. */
export async function deployChainlink({ viem, keeper }: World) {
  const publicKey = publicKeyOf(ORACLE_KEY);
  const hashes = await viem.deployContract("BlockhashStore");
  const coordinator = await viem.deployContract("VRFCoordinatorV2_5", [hashes.address]);
  await coordinator.write.setConfig([
    CONFIRMATIONS,
    2_500_000,
    86_400,
    33_285,
    parseEther("0.005"),
    0,
    0,
    24,
    20,
  ]);
  await coordinator.write.registerProvingKey([publicKey, parseEther("1")]);
  const client = await viem.getPublicClient();

  return {
    coordinator,
    /** How a contract asks that oracle. */
    vrf: {
      coordinator: coordinator.address,
      keyHash: keyHashOf(publicKey),
      confirmations: CONFIRMATIONS,
      callbackGas: 100_000,
    },

    /** The oracle's answer to the last request, not yet sent. */
    answer: async () => {
      const [request] = (
        await client.getContractEvents({
          address: coordinator.address,
          abi: coordinatorAbi,
          eventName: "RandomWordsRequested",
          fromBlock: 0n,
          strict: true,
        })
      ).slice(-1);
      if (!request) throw new Error("nothing was requested");
      const { args, blockNumber } = request;
      const { hash } = await client.getBlock({ blockNumber });
      const proof = prove(ORACLE_KEY, args.preSeed, hash);
      const commitment = commitmentOf({ ...args, blockNumber });
      const account = keeper.address;
      return {
        send: () => coordinator.write.fulfillRandomWords([proof, commitment, false], { account }),
      };
    },
  };
}
