/** A change of the contracts that makes one sentence of the campaigns untrue, and no other. */
export interface Mutant {
  /** The message of the assertion that says it. */
  sentence: string;
  file: string;
  from: string;
  to: string;
}

const vault = (name: string) => `contracts/vault/${name}.sol`;

export const mutants: Mutant[] = [
  {
    // A strategy that burns too many shares for what it pays.
    sentence: "an action took from those who did nothing",
    file: vault("KhipuVault"),
    from: "if (_ownAssets() != assetsBefore + assets || burned > maxShares) {",
    to: "if (_ownAssets() != assetsBefore + assets || maxShares == 0) {",
  },
  {
    sentence: "a gain was released at once",
    file: vault("VaultOperations"),
    from: "_takeProfit(a, assets, 0, 0, _unlockPeriod);",
    to: "_takeProfit(a, assets, 0, assets, _unlockPeriod);",
  },
  {
    sentence: "somebody came in while nobody may",
    file: vault("KhipuVault"),
    from: "depositsStopped || a.unread > 0 || a.impaired) return 0;",
    to: "depositsStopped || a.unread > 0) return 0;",
  },
  {
    sentence: "withdrew more than one's part",
    file: vault("KhipuVault"),
    from: "shares = price.toSharesUp(assets);",
    to: "shares = price.toSharesUp(assets == 0 ? 0 : assets - 1);",
  },
  {
    sentence: "redeemed more than one's part",
    file: vault("KhipuVault"),
    from: "assets = price.toAssetsDown(shares);\n        _leave",
    to: "assets = price.toAssetsUp(shares);\n        _leave",
  },
  {
    sentence: "not what was asked for",
    file: vault("VaultOperations"),
    from: "_burn(owner, shares);",
    to: "_burn(owner, shares < balanceOf(owner) ? shares + 1 : shares);",
  },
  {
    // What cannot be read is in no price: nobody sees who takes a little too much of it.
    sentence: "more than one's part of a strategy",
    file: vault("VaultOperations"),
    from: "part = _ownedShares(entry, a.readings[place]).mulDiv(shares, supply);",
    to: "part = _ownedShares(entry, a.readings[place]).mulDiv(shares, supply);\n        if (!a.readings[place].readable && part < entry.shares / 2) part += part / 100_000;",
  },
  {
    sentence: "more than what was in it was believed",
    file: vault("StrategyBook"),
    from: "entry.gainTime = uint40(\n                    GainLimit.use(booked, entry.gainTime, entry.yearlyGainBps, reading.gain)\n                );",
    to: "",
  },
  {
    sentence: "money above a cap",
    file: vault("VaultOperations"),
    from: "return gross.min(state.grossBefore).mulDiv(",
    to: "return gross.mulDiv(",
  },
  {
    sentence: "money for a strategy that has lost some",
    file: vault("VaultOperations"),
    from: "if (entry.supplyHalted) return;",
    to: "",
  },
  {
    // Gains that are not booked are in no price either.
    sentence: "a loan paid",
    file: vault("VaultOperations"),
    from: "return reading.value <= owned ? reading.shares : reading.shares.mulDiv(owned, reading.value);",
    to: "return reading.shares + 0 * owned;",
  },
  {
    sentence: "idle money",
    file: vault("VaultAccounts"),
    from: "state.idle = (state.idle + assets).toUint112();",
    to: "state.idle = (state.idle + assets + 1).toUint112();",
  },
  {
    sentence: "owed more than there is",
    file: vault("KhipuVault"),
    from: "function sharePrice() external view returns (SharePrice memory) {\n        return _price(_appraise(false));",
    to: "function sharePrice() external view returns (SharePrice memory price) {\n        price = _price(_appraise(false));\n        price.assets += 100;",
  },
  {
    sentence: "locked profit is in the price",
    file: vault("KhipuVault"),
    from: "return _appraise(false).locked;",
    to: "return _appraise(false).bookedLock;",
  },
  {
    sentence: "sum of shares",
    file: vault("VaultAccounts"),
    from: "_mint(state.feeRecipient, feeShares);",
    to: "_mint(address(this), feeShares);",
  },
  {
    sentence: "a loss without a loser",
    file: vault("VaultAccounts"),
    from: "_setLossToRecover(toRecover - toRecover.mulDiv(shares, supply));",
    to: "_setLossToRecover(toRecover);",
  },
  {
    sentence: "nobody can leave in kind",
    file: vault("VaultOperations"),
    from: "if (a.unread == 0) _settle(a);\n        _touch(gross);\n        uint256 supply",
    to: "if (a.unread > 0) revert IKhipuVault.NotEnoughGas();\n        _settle(a);\n        _touch(gross);\n        uint256 supply",
  },
  {
    sentence: "nobody can leave with money",
    file: vault("KhipuVault"),
    from: "if (shares > balanceOf(owner)) revert ERC4626ExceededMaxRedeem(owner, shares, balanceOf(owner));",
    to: "if (shares > balanceOf(owner) || a.impaired) revert ERC4626ExceededMaxRedeem(owner, shares, 0);",
  },
];
