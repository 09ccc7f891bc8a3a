import type { Address } from "viem";
import { parseSignature } from "viem";
import type { World } from "./world.ts";

const PERMIT = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
] as const;

const INVITATION = [
  { name: "poolId", type: "uint256" },
  { name: "invitee", type: "address" },
  { name: "epoch", type: "uint32" },
  { name: "deadline", type: "uint256" },
] as const;

type Signer = World["ana"];

const chainIdOf = (world: World) =>
  world.viem.getPublicClient().then((client) => client.getChainId());

async function walletOf(world: World, signer: Signer) {
  return world.viem.getWalletClient(signer.address);
}

/** An EIP-2612 permit, whole and in the three parts that most contracts want. */
export async function signPermit(
  world: World,
  signer: Signer,
  {
    owner = signer.address,
    spender,
    value,
    deadline,
  }: { owner?: Address; spender: Address; value: bigint; deadline: bigint },
) {
  const wallet = await walletOf(world, signer);
  const signature = await wallet.signTypedData({
    domain: {
      name: await world.asset.read.name(),
      version: "1",
      chainId: await chainIdOf(world),
      verifyingContract: world.asset.address,
    },
    types: { Permit: PERMIT },
    primaryType: "Permit",
    message: { owner, spender, value, nonce: await world.asset.read.nonces([owner]), deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  return { signature, r, s, v: yParity + 27 };
}

/** A cooperative pool's invitation. */
export async function signInvitation(
  world: World,
  signer: Signer,
  message: { poolId: bigint; invitee: Address; epoch: number; deadline: bigint },
) {
  const wallet = await walletOf(world, signer);
  return wallet.signTypedData({
    domain: {
      name: "CooperativePools",
      version: "1",
      chainId: await chainIdOf(world),
      verifyingContract: world.cooperatives.address,
    },
    types: { Invitation: INVITATION },
    primaryType: "Invitation",
    message,
  });
}
