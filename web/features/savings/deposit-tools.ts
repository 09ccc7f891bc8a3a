import { type Address, isAddressEqual } from "viem";
import { getBlock, getCode, readContract, signTypedData } from "viem/actions";
import type { Config } from "wagmi";
import { getConnectorClient } from "wagmi/actions";
import { assetAbi, vaultAbi } from "../../chain/abis.ts";
import type { Reader } from "../../chain/reader.ts";
import { type DepositTools, withLess } from "./actions.ts";

/** Long enough to find the wallet, read and confirm; short enough that a forgotten signature dies. */
const permitSeconds = 3_600n;
/** Code that stands for an ordinary account under EIP-7702, which signs as before. */
const delegation = "0xef0100";

interface Parties {
  asset: Address;
  vault: Address;
  spender: Address;
  owner: Address;
}

/** The token, read over our own node and signed for by the connected wallet. */
export function depositTools(
  wagmi: Config,
  reader: Reader,
  { asset, vault, spender, owner }: Parties,
): DepositTools {
  const token = { address: asset, abi: assetAbi };
  const chainId = wagmi.chains[0].id;

  const domain = async () => {
    const [, name, version, domainChain, contract] = await readContract(reader, {
      ...token,
      functionName: "eip712Domain",
    });
    return { name, version, chainId: domainChain, verifyingContract: contract };
  };

  return {
    allowance: () =>
      readContract(reader, { ...token, functionName: "allowance", args: [owner, spender] }),

    leastShares: async (assets) =>
      withLess(
        await readContract(reader, {
          address: vault,
          abi: vaultAbi,
          functionName: "previewDeposit",
          args: [assets],
        }),
      ),

    deadline: async () => (await getBlock(reader)).timestamp + permitSeconds,

    permits: async () => {
      try {
        const [code, { verifyingContract }] = await Promise.all([
          getCode(reader, { address: owner }),
          domain(),
          readContract(reader, { ...token, functionName: "nonces", args: [owner] }),
        ]);
        // A contract account cannot make the kind of signature that a permit takes.
        const signsItself = code === undefined || code.toLowerCase().startsWith(delegation);
        return signsItself && isAddressEqual(verifyingContract, asset);
      } catch {
        return false;
      }
    },

    signPermit: async (value, deadline) => {
      const [wallet, permitDomain, nonce] = await Promise.all([
        getConnectorClient(wagmi, { account: owner, chainId }),
        domain(),
        readContract(reader, { ...token, functionName: "nonces", args: [owner] }),
      ]);
      return signTypedData(wallet, {
        account: wallet.account,
        domain: { ...permitDomain, chainId: Number(permitDomain.chainId) },
        types: {
          Permit: [
            { name: "owner", type: "address" },
            { name: "spender", type: "address" },
            { name: "value", type: "uint256" },
            { name: "nonce", type: "uint256" },
            { name: "deadline", type: "uint256" },
          ],
        },
        primaryType: "Permit",
        message: { owner, spender, value, nonce, deadline },
      });
    },
  };
}
