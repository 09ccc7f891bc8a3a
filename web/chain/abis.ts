import { parseAbi } from "viem";

export const assetAbi = parseAbi([
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address owner) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 value) returns (bool)",
  "function nonces(address owner) view returns (uint256)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
  "function drip(address to)",
  "function dripAmount() view returns (uint256)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC2612ExpiredSignature(uint256 deadline)",
  "error ERC2612InvalidSigner(address signer, address owner)",
]);

export const vaultAbi = parseAbi([
  "function totalAssets() view returns (uint256)",
  "function previewDeposit(uint256 assets) view returns (uint256)",
  "function previewWithdraw(uint256 assets) view returns (uint256)",
]);

export const poolAbi = parseAbi([
  "function deposit(uint256 assets, address saver, uint256 minShares) returns (uint256 shares)",
  "function depositWithPermit(uint256 assets, address saver, uint256 minShares, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns (uint256 shares)",
  "function withdraw(uint256 assets, address receiver, uint256 maxShares) returns (uint256 shares)",
  "function withdrawAll(address receiver, uint256 minAssets) returns (uint256 assets)",
  "function claimYield(address receiver) returns (uint256 assets)",
  "function maxDeposit(address saver) view returns (uint256 assets)",
  "function minimumDeposit() view returns (uint256)",
  "error ZeroAmount()",
  "error PrincipalTooLow(uint256 assets, uint256 principal)",
  "error NothingToClaim(address saver)",
  "function positionOf(address saver) view returns (uint256 shares, uint256 principal, uint256 value, uint256 yield)",
]);

/** Every ABI whose errors can come up through a call that a person makes. */
export const allAbis = [poolAbi, vaultAbi, assetAbi];
