import hre from "hardhat";
import { parseUnits } from "viem";
import Testnet from "../../ignition/modules/Testnet.ts";

/** One unit of the test asset. */
export const usd = (amount: string) => parseUnits(amount, 6);

/** Deploys the whole protocol on a chain of its own, as the deploy script does. */
export async function deployTestnet(parameters: Record<string, bigint | number | string> = {}) {
  const { viem, networkHelpers, ignition } = await hre.network.create();
  const wallets = await viem.getWalletClients();
  const [deployer, admin, curator, guardian, allocator, treasurer, ana, beto, carla, keeper] =
    wallets;
  if (!deployer || !admin || !curator || !guardian || !allocator || !treasurer)
    throw new Error("no accounts");
  if (!ana || !beto || !carla || !keeper) throw new Error("no accounts");
  const contracts = await ignition.deploy(Testnet, { parameters: { Testnet: parameters } });
  return {
    ...contracts,
    viem,
    networkHelpers,
    people: { deployer, admin, curator, guardian, allocator, treasurer, ana, beto, carla, keeper },
  };
}
