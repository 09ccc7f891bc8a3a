import hre from "hardhat";
import { holdersAmong } from "../../ignition/modules/roles.ts";
import Testnet from "../../ignition/modules/Testnet.ts";

/** Deploys the whole protocol on a chain of its own, as the deploy script does, with the roles of local networks. */
export async function deployTestnet() {
  const { viem, networkHelpers, ignition } = await hre.network.create();
  const accounts = (await viem.getWalletClients()).map(({ account }) => account);
  const [deployer, admin, curator, guardian, allocator, treasurer, saver] = accounts;
  const holders = holdersAmong(accounts.map(({ address }) => address));
  const contracts = await ignition.deploy(Testnet, { parameters: { Testnet: holders } });
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
