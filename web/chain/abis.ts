import { faucetTokenAbi, khipuVaultAbi, savingsPoolAbi } from "../../protocol/abis.generated.ts";

/** The asset as the page uses it; on test networks it also has a faucet. */
export const assetAbi = faucetTokenAbi;
export const vaultAbi = khipuVaultAbi;
export const poolAbi = savingsPoolAbi;

/** Every ABI whose errors can come up through a call that a person makes. */
export const allAbis = [poolAbi, vaultAbi, assetAbi];
