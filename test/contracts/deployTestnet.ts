import hre from "hardhat";
import Testnet from "../../ignition/modules/Testnet.ts";

/** Deploys the whole protocol on a chain of its own, as the deploy script does, with the roles of local networks. */
export async function deployTestnet() {
  const { viem, networkHelpers, ignition } = await hre.network.create();
  const contracts = await ignition.deploy(Testnet);
  const wallets = await viem.getWalletClients();
  const [deployer, admin, curator, guardian, allocator, treasurer, saver] = wallets.map(
    ({ account }) => account,
  );
  if (!deployer || !admin || !curator || !guardian || !allocator || !treasurer || !saver) {
    throw new Error("the chain has too few accounts");
  }
  return {
    ...contracts,
    networkHelpers,
    publicClient: await viem.getPublicClient(),
    assertions: viem.assertions,
    people: { deployer, admin, curator, guardian, allocator, treasurer, saver },
  };
}
