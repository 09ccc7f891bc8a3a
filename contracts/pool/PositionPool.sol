// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {Position, Totals} from "./Position.sol";
import {VaultPool} from "./VaultPool.sol";

/// @notice What was paid to somebody who leaves, principal apart from yield.
struct Payout {
    uint256 principal;
    uint256 principalShares;
    uint256 yield;
    uint256 yieldShares;
}

/// @title PositionPool
/// @notice What pools of positions share: how a position is paid out. Their books and their events are their own.
/// @dev The vault pays first and says how many shares it burned, and exactly those are booked. To ask it for the price
/// before would value all strategies twice. Nobody meets the books meanwhile: all that changes them is `nonReentrant`,
/// and all views that tell of them are `nonReentrantView`.
abstract contract PositionPool is VaultPool {
    using Math for uint256;

    /// @dev Pays principal.
    /// @return shares What that cost, rounded up.
    function _payPrincipal(
        Position memory position,
        Totals memory sums,
        uint256 assets,
        address receiver,
        uint256 maxShares
    ) internal returns (uint256 shares) {
        if (assets == 0) revert ZeroAmount();
        position.takePrincipal(sums, assets);
        shares = vault.withdraw(assets, receiver, address(this), maxShares);
        position.takeShares(sums, shares);
    }

    /// @dev Pays the yield that there is, which may be none: others may have made it principal a moment ago, and that
    /// must not make anybody's own call fail. Here the price must be known before.
    function _payYield(
        Position memory position,
        Totals memory sums,
        address receiver
    ) internal returns (uint256 assets, uint256 shares) {
        (assets, shares) = position.yieldOf(vault.sharePrice());
        if (assets == 0) return (0, 0);
        position.takeShares(sums, shares);
        assets = vault.redeem(shares, receiver, address(this), 0);
    }

    /// @dev Pays everything. Principal comes first: after a loss there is less than the mark, and no yield.
    function _payAll(
        Position memory position,
        Totals memory sums,
        address receiver,
        uint256 minAssets
    ) internal returns (Payout memory payout) {
        (uint256 shares, uint256 principal) = position.empty(sums);
        uint256 assets = vault.redeem(shares, receiver, address(this), minAssets);
        payout.principal = assets.min(principal);
        payout.yield = assets - payout.principal;
        payout.principalShares =
            payout.yield == 0 ? shares : shares.mulDiv(payout.principal, assets, Math.Rounding.Ceil);
        payout.yieldShares = shares - payout.principalShares;
    }

    /// @dev What a position holds, what that is worth now, and what of it is yield.
    function _valueOf(
        Position memory position
    ) internal view returns (uint256 shares, uint256 principal, uint256 value, uint256 yield) {
        SharePrice memory price = vault.sharePrice();
        (shares, principal) = (position.shares, position.principal);
        value = price.toAssetsDown(shares);
        (yield, ) = position.yieldOf(price);
    }
}
